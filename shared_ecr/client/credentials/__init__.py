"""What registries accept for a login, and where it comes from; in memory, and never printed.

`interface` says what a source of credentials is; each other module is one.
"""
