"""Principals whose pulls do not count, such as scanners and inventories, which pull every image.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-time-update-exclusions.html
"""

import re
from collections.abc import Iterator
from typing import Self

from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.property_shapes import TEXT, ObjectOf
from shared_ecr.model.settings.setting import Setting, SettingsSpec
from shared_ecr.model.settings.setting_type import LiveReading, Properties, SettingType, TerraformType
from shared_ecr.model.text_grammar import TextGrammar
from shared_ecr.records import record
from shared_ecr.text.patterns import LazyPattern

MAX_EXCLUSIONS = 100
# AWS::ECR::PullTimeUpdateExclusion, PrincipalArn; the user guide names roles only, the API accepts users too.
_PRINCIPAL = TextGrammar(
    pattern=LazyPattern(
        r"(?=.{1,200}$)arn:aws(?:-[a-z]+)*:iam::[0-9]{12}:(?:role|user)/[\w+=,.@-]+(?:/[\w+=,.@-]+)*", re.ASCII
    ),
    what="the ARN of a role or a user",
    why="It is arn:PARTITION:iam::ACCOUNT:role/NAME, of at most 200 characters and without wildcards",
    code="exclusion-principal",
)


@record(order=True)
class ExcludedPrincipal:
    """A role or user whose pulls do not change the last recorded pull time."""

    arn: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the ARN of a role or a user; refuse accounts, sessions and wildcards."""
        return cls(_PRINCIPAL.require(text))


def _sorted(principals: tuple[ExcludedPrincipal, ...]) -> tuple[ExcludedPrincipal, ...]:
    return tuple(sorted(principals))


PULL_TIME_EXCLUSIONS: Setting[tuple[ExcludedPrincipal, ...]] = Setting("pull_time_exclusions", (), _sorted)


def _render(settings: SettingsSpec, _: EcrRegistry) -> Iterator[Properties]:
    return ({"PrincipalArn": each.arn} for each in settings[PULL_TIME_EXCLUSIONS])


EXCLUSION = SettingType(
    type="AWS::ECR::PullTimeUpdateExclusion",
    order=70,
    called="pull-time exclusion",
    keys=("pull_time_exclusions",),
    scope=("Settings", "PullTimeExclusions"),
    shape=ObjectOf({"PrincipalArn": TEXT}),
    read_by="ListPullTimeUpdateExclusions",
    named_by="PrincipalArn",
    reading=LiveReading(lambda arn: [{"PrincipalArn": str(arn)}], listed_in="pullTimeUpdateExclusions"),
    create_only=("PrincipalArn",),
    render=_render,
    adopted=lambda held: sorted(str(each["PrincipalArn"]) for each in held),
    put_by={"RegisterPullTimeUpdateExclusion": ""},
    terraform=TerraformType("aws_ecr_pull_time_update_exclusion", {"principal_arn": "PrincipalArn"}),
)
