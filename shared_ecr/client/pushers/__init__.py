"""What moves images to a registry: `native` speaks the protocol itself, `engine` asks a container engine.

The road of `native`: `planning` and `blob_planning` look and make a `plan`, `steps` does it by `storing` and
`referring`. `events` is what both tell while they work.
"""
