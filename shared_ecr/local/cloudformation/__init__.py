"""The `AWS::ECR::*` resource types as CloudFormation has them: eight that MiniStack does not have, and one that it has.

`singletons` and `named` make the eight out of the service's own operations, `repositories` guards the ninth,
`types` is how a type is put into MiniStack. Which change replaces a resource is with its type.
"""
