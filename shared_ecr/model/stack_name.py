"""The name of the stack of a registry, where the declaration gives no other."""

# CloudFormation accepts 128 characters; CDK appends the Region to the construct's id, not to this name.
DEFAULT_STACK_NAME = "shared-ecr"
