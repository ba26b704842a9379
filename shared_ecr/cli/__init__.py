"""The command `shared-ecr`: one file for each subcommand, with its parser and its function.

stdout is the result, stderr the story. A file here imports what is light at its top, and boto3, PyYAML or a pusher
inside its function: the command starts as fast as Python does.
"""
