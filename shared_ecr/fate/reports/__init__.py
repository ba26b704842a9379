"""The fate of images for people and for machines, as text, Markdown, one HTML page, or JSON.

`report` is the value they are all made from; `rows` are the lines of a table, whatever it is written in; `timeline`
draws. Nothing here prints, reads a clock or opens a file.
"""

from shared_ecr.fate.reports.report import Report

__all__ = ["Report"]
