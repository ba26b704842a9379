"""How a review judges each setting of a registry: a file for each, with the name that it has in the declaration.

`reviewed_setting` says what a row is, and finds the rows. What other rules read too is in `shared_ecr/review/rules`.
"""
