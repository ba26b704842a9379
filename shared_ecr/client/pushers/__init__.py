"""What moves images to a registry: `native` speaks the protocol itself, `engine` asks a container engine.

The way of `native`: `planning` asks and makes a `plan`, then its steps are done by `storing` and `referring`. `events`
is what both report while they work.
"""
