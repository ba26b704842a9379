"""`AWS::SecretsManager::Secret`, which MiniStack knows by its name: CloudFormation, and so every `Ref`, by its ARN.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
"""

from collections.abc import Callable

from shared_ecr.local import hooks
from shared_ecr.local.cloudformation.types import Made, Properties

_TYPE = "AWS::SecretsManager::Secret"


def install() -> None:
    """Let the physical id of a secret be its ARN."""
    handlers = hooks.RESOURCE_HANDLERS.read()[_TYPE]
    handlers["create"] = _creating(handlers["create"])
    handlers["update"] = _updating(handlers["update"])
    handlers["delete"] = _deleting(handlers["delete"])
    readers = hooks.DRIFT_READERS.read()
    read, compared = readers[_TYPE]
    readers[_TYPE] = (lambda physical_id, props: read(_name(physical_id), props), compared)


def _creating(create: Callable[..., Made]) -> Callable[..., Made]:
    return lambda logical_id, props, stack_name: _by_arn(create(logical_id, props, stack_name))


def _updating(update: Callable[..., Made]) -> Callable[..., Made]:
    def sm_secret_update(
        physical_id: str, old_props: Properties, new_props: Properties, stack_name: str, logical_id: str | None
    ) -> Made:
        return _by_arn(update(_name(physical_id), old_props, new_props, stack_name, logical_id))

    return sm_secret_update


def _deleting(delete: Callable[[str, Properties], None]) -> Callable[[str, Properties], None]:
    return lambda physical_id, props: delete(_name(physical_id), props)


def _by_arn(made: Made) -> Made:
    return made[1]["Arn"], made[1]


def _name(arn: str) -> str:
    """Return the name of the secret with *arn*, or *arn* where there is none: it no longer exists then."""
    named: dict[str, str] = {secret["ARN"]: name for name, secret in hooks.SECRETS.read().items()}
    return named.get(arn, arn)
