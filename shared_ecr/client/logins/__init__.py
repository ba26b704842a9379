"""The logins that people keep for themselves: tried, kept where docker keeps them, and forgotten.

`checking` asks the registry, `keeping` and `leaving` are `shared-ecr login` and `logout`, `leftovers` finds what
is in the files.
"""
