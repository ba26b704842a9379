"""Finding each resource of one side again on the other: `stacks` first, then what is in them (`pairing`).

`names` and `keys` compare what may be written in several ways, or is known only once deployed.
"""
