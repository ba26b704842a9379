"""What a change of each property means: one table of every property of the service's model, and the rule that reads it.

`rows` says what a row is, `ecr`, `keys` and `custom` hold the rows, `table` joins them. Tests read the schemas of
CloudFormation and the service model of botocore, and fail where a member has no row. docs/reference/changes.md has it.
"""
