"""`AWS::SNS::Topic`: MiniStack's CloudFormation forgets the key that a template gives a topic.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html
"""

from collections.abc import Callable

from shared_ecr.local import hooks
from shared_ecr.local.cloudformation.types import Made, Properties

_TYPE, _KEY = "AWS::SNS::Topic", "KmsMasterKeyId"


def install() -> None:
    """Keep the key of a topic as GetTopicAttributes shows it."""
    handlers = hooks.RESOURCE_HANDLERS.read()[_TYPE]
    handlers["create"] = _creating(handlers["create"])
    handlers["update"] = _updating(handlers["update"])


def _creating(create: Callable[..., Made]) -> Callable[..., Made]:
    return lambda logical_id, props, stack_name: _with_key(create(logical_id, props, stack_name), props)


def _updating(update: Callable[..., Made]) -> Callable[..., Made]:
    def sns_topic_update(
        physical_id: str, old_props: Properties, new_props: Properties, stack_name: str, logical_id: str | None = None
    ) -> Made:
        return _with_key(update(physical_id, old_props, new_props, stack_name, logical_id), new_props)

    return sns_topic_update


def _with_key(made: Made, props: Properties) -> Made:
    attributes = hooks.TOPICS.read()[made[0]]["attributes"]
    attributes.pop(_KEY, None)
    if props.get(_KEY):
        attributes[_KEY] = props[_KEY]
    return made
