"""Container engines of this machine, driven by their command lines and without leaving a login behind.

`interface` says what an engine does; a file per family does it (`docker_like`, `podman_like`, `skopeo`); `choice`
picks one. What they share: `programs` runs a child, `isolation` lends it credentials for one command, `answers`
reads what it says, `repetition` asks again where that is worth it.
"""
