"""Read the rules and topics that stacks made for a registry: two calls for each rule, one for each topic.

Sources: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeRule.html,
https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
"""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from shared_ecr.client.aws.clients import AwsClients
from shared_ecr.client.aws.registry.asking import PacedQuestions
from shared_ecr.client.aws.registry.stack_resources import stack_resources
from shared_ecr.client.aws.request_pace import RequestPace
from shared_ecr.documents.live.notifications import LiveNotifications, LiveRule, LiveTopic
from shared_ecr.model.names import Region

_RULE, _TOPIC = "AWS::Events::Rule", "AWS::SNS::Topic"
_NO_RULE = frozenset({"ResourceNotFoundException"})
_NO_TOPIC = frozenset({"NotFound", "NotFoundException"})


def read_notifications(clients: AwsClients, region: Region, stacks: Sequence[str], rate: float) -> LiveNotifications:
    """Read what *stacks* made for notifications; what AWS denies is in `unread`.

    Raises:
        UnavailableError: no credentials, no network, or throttled to the end.
    """
    questions = PacedQuestions(RequestPace(rate))
    made = [each for stack in stacks for each in stack_resources(clients.cloudformation(region), questions, stack)]
    rules = [each for each in made if each["ResourceType"] == _RULE]
    topics = [each for each in made if each["ResourceType"] == _TOPIC]
    if not rules and not topics:
        return LiveNotifications(unread=tuple(questions.unread))
    events, sns = clients.service("events", region), clients.service("sns", region)
    return LiveNotifications(
        tuple(_rule(events, questions, each["LogicalResourceId"], each["PhysicalResourceId"]) for each in rules),
        tuple(_topic(sns, questions, each["PhysicalResourceId"]) for each in topics),
        tuple(questions.unread),
    )


def _rule(events: Any, questions: PacedQuestions, logical_id: str, physical_id: str) -> LiveRule:
    # CloudFormation's reference to a rule is its name; before 2023 it was `BUS|NAME`, and other tools write the ARN.
    name = physical_id.rpartition("|")[2].rpartition("/")[2]
    before = len(questions.unread)
    about = questions.ask("events:DescribeRule", partial(events.describe_rule, Name=name), absent=_NO_RULE)
    if about is None:
        # What was denied is in `unread`, and nothing is said of it.
        return LiveRule(logical_id, exists=len(questions.unread) > before)
    asked = partial(events.list_targets_by_rule, Rule=name)
    listed = questions.ask("events:ListTargetsByRule", asked, absent=_NO_RULE)
    return LiveRule(
        logical_id,
        pattern=json.loads(about.get("EventPattern") or "null"),
        is_enabled=about.get("State") != "DISABLED",
        targets=tuple(each["Arn"] for each in (listed["Targets"] if listed else ())),
    )


def _topic(sns: Any, questions: PacedQuestions, arn: str) -> LiveTopic:
    asked = partial(sns.get_topic_attributes, TopicArn=arn)
    answer = questions.ask("sns:GetTopicAttributes", asked, absent=_NO_TOPIC)
    held = answer["Attributes"] if answer else {}
    return LiveTopic(arn, json.loads(held.get("Policy") or "null"), held.get("KmsMasterKeyId", ""))
