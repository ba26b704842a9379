"""Declare, judge, deploy and push to the Amazon ECR registry that a whole organization shares.

How to read it: `names` are the words; `principals`, `permissions`, `lifecycle` and `repositories` are what a
declaration can say; `registry` is the whole document; `declaration` reads it from a file. `client` calls AWS
and to registries, `local` is an AWS for trying, and `cli` is the command. Nothing here imports CDK: that is
`shared_ecr_constructs`, which renders these values.
"""
