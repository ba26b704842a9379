"""Stacks: tables of contents of constructs, deployed by `app.py`. Not part of the wheel."""
