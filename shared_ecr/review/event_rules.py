"""The rules of EventBridge that publish events of a registry, and the topics that they publish to."""

import re
from collections.abc import Iterator

from shared_ecr.documents.json_text import Json, read_json
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.records import record
from shared_ecr.review.deployments import OPEN_MARK, Deployment, Resource, Stack, is_known
from shared_ecr.review.documents.resources import PRINCIPALS
from shared_ecr.review.texts import written_out
from shared_ecr.text.patterns import LazyPattern

RULE, TOPIC, SUBSCRIPTION = "AWS::Events::Rule", "AWS::SNS::Topic", "AWS::SNS::Subscription"
# The policy of a topic, as one document for several topics or for one.
TOPIC_POLICIES = ("AWS::SNS::TopicPolicy", "AWS::SNS::TopicInlinePolicy")
_SOURCES = frozenset({"aws.ecr", "aws.inspector2"})
_OF_ECR = "AWS::ECR::"
_OF_THE_STACK = LazyPattern(re.escape(OPEN_MARK) + r"(?P<logical_id>[A-Za-z0-9]+)(?:\.[A-Za-z]+)?\}")


@record
class EventRule:
    """A rule that matches events of ECR or of Inspector, or may do so where its pattern is not known."""

    stack: Stack
    resource: Resource

    @property
    def subject(self) -> str:
        """What findings call it."""
        return f"rule {self.resource.text('Name') or f'<{self.resource.origin.logical_id}>'}"

    @property
    def is_enabled(self) -> bool:
        """Whether it publishes; also where its state is not known."""
        return self.resource.properties.get("State") != "DISABLED"

    @property
    def targets(self) -> tuple[str, ...]:
        """The ARNs that it publishes to; a topic of the same stack as a reference to it."""
        listed = self.resource.properties.get("Targets")
        arns = (each.get("Arn") for each in listed if isinstance(each, dict)) if isinstance(listed, list) else ()
        return tuple(arn for arn in arns if isinstance(arn, str))


def event_rules(deployment: Deployment) -> Iterator[EventRule]:
    """Yield the rules of *deployment* that publish events of a registry."""
    for stack, resource in deployment.resources(RULE):
        pattern = as_object(resource.properties.get("EventPattern"))
        sources = pattern.get("source") if isinstance(pattern, dict) else None
        if isinstance(sources, list) and is_known(sources):
            if not _SOURCES.isdisjoint(each for each in sources if isinstance(each, str)):
                yield EventRule(stack, resource)
        elif pattern is not None and any(each.type.startswith(_OF_ECR) for each in stack.resources):
            yield EventRule(stack, resource)


def topics_of(deployment: Deployment) -> Iterator[tuple[Stack, Resource]]:
    """Yield the topics that the rules of *deployment* publish to, as far as its stacks make them."""
    reached = {
        (rule.stack.name, match["logical_id"])
        for rule in event_rules(deployment)
        for target in rule.targets
        for match in _OF_THE_STACK.finditer(target)
    }
    for stack, topic in deployment.resources(TOPIC):
        if (stack.name, topic.origin.logical_id) in reached:
            yield stack, topic


def topic_policies_of(deployment: Deployment) -> Iterator[Resource]:
    """Yield the policies of those topics, and of topics that the rules name by ARN."""
    for type_ in TOPIC_POLICIES:
        yield from _about_topics(deployment, type_)


def subscriptions_of(deployment: Deployment) -> Iterator[Resource]:
    """Yield the subscriptions to those topics."""
    yield from _about_topics(deployment, SUBSCRIPTION)


def _about_topics(deployment: Deployment, type_: str) -> Iterator[Resource]:
    own = {(stack.name, topic.origin.logical_id) for stack, topic in topics_of(deployment)}
    named = {target for rule in event_rules(deployment) for target in rule.targets}
    for stack, resource in deployment.resources(type_):
        topics = resource.properties.get("Topics", resource.properties.get("TopicArn"))
        for topic in topics if isinstance(topics, list) else [topics]:
            match = _OF_THE_STACK.search(topic) if isinstance(topic, str) else None
            if topic in named or (match and (stack.name, match["logical_id"]) in own):
                yield resource
                break


def statements(policy: Resource) -> Iterator[dict[str, Json]]:
    """Yield the statements of a topic's policy."""
    document = as_object(policy.properties.get("PolicyDocument"))
    held = document.get("Statement") if isinstance(document, dict) else None
    for each in held if isinstance(held, list) else (held,):
        if isinstance(each, dict):
            yield each


def open_parts(deployment: Deployment) -> Iterator[tuple[Resource, str]]:
    """Yield what only the deployment knows of who has access to those topics, as it is written, with its policy."""
    made = {stack.name: _principals(stack) for stack in deployment.stacks}
    for policy in topic_policies_of(deployment):
        document = as_object(policy.properties.get("PolicyDocument"))
        held = document.get("Statement") if isinstance(document, dict) else document
        for statement in held if isinstance(held, list) else [held]:
            parts: list[Json] = [statement]
            if isinstance(statement, dict):
                parts = [statement.get(name) for name in ("Effect", "Principal", "NotPrincipal")]
            for text in map(written_out, parts):
                # A role or a user of the same stack is one of its account.
                if not is_known(_without(text, made[policy.origin.stack])):
                    yield policy, text


def _principals(stack: Stack) -> frozenset[str]:
    return frozenset(each.origin.logical_id for each in stack.resources if each.type in PRINCIPALS)


def _without(text: str, logical_ids: frozenset[str]) -> str:
    """Return *text* without references to the resources *logical_ids* of its stack."""
    return _OF_THE_STACK.sub(lambda found: "" if found["logical_id"] in logical_ids else found[0], text)


def as_object(value: Json) -> Json:
    """Return *value*, read where it is written as a text of JSON; a text that is not JSON stays as it is."""
    if not isinstance(value, str) or not is_known(value):
        return value
    try:
        return read_json(value)
    except InvalidPolicyError:
        return value
