"""The rules that publish events of a registry, and the topic that they publish to."""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.settings.notifications import (
    MadeTopic,
    NamedTopic,
    Notifications,
    topic_key_policy,
    topic_policy,
)
from shared_ecr.model.settings.scanning import Scanning

_TARGET = "Topic"


class RegistryNotifications(Construct):
    """Define a rule for each kind of event; with a topic that the stack makes, its key and its policy too.

    The id of a rule is its kind, so a change of severity or of repositories changes the rule and replaces nothing.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        notifications: Notifications,
        scanning: Scanning | None,
        home: EcrRegistry,
    ) -> None:
        """Define the notifications.

        Args:
            scope: the settings of the registry.
            construct_id: the id in it.
            notifications: what is published, and where.
            scanning: how the registry scans, for the service that reports findings.
            home: the registry; only its account may publish.
        """
        super().__init__(scope, construct_id)
        self._home = home
        match notifications.topic:
            case NamedTopic(arn):
                self._rules(notifications, scanning, arn)
            case MadeTopic(key):
                topic = sns.CfnTopic(self, "Topic", kms_master_key_id=key.arn if key else self._key().attr_arn)
                rules = self._rules(notifications, scanning, topic.ref)
                sns.CfnTopicPolicy(
                    self,
                    "TopicPolicy",
                    topics=[topic.ref],
                    policy_document=topic_policy(str(home.account), topic.ref, [each.attr_arn for each in rules]),
                )
                about = "Topic to which events of the registry are published; subscribe to it"
                cdk.CfnOutput(self, "TopicArn", description=about, value=topic.ref)

    def _key(self) -> kms.CfnKey:
        key = kms.CfnKey(
            self,
            "Key",
            description="Encrypts the notifications of the shared ECR registry",
            enable_key_rotation=True,
            key_policy=topic_key_policy(str(self._home.region.partition), str(self._home.account)),
        )
        # Messages that were not delivered yet could not be read without it.
        key.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        return key

    def _rules(self, notifications: Notifications, scanning: Scanning | None, topic: str) -> list[events.CfnRule]:
        rules = Construct(self, "Rules")
        return [
            events.CfnRule(
                rules,
                row.rule,
                description=f"Publishes {row.in_words}",
                event_pattern=pattern,
                state="ENABLED",
                targets=[events.CfnRule.TargetProperty(arn=topic, id=_TARGET)],
            )
            for row, pattern in notifications.rules(scanning)
        ]
