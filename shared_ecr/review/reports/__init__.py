"""A verdict in the form its reader wants: a terminal, a pull request, a machine, a code scanner, a page.

`sections` puts it in words once; `text`, `markdown` and `html` lay the same words out, `documents` and `sarif` are
for machines.
"""
