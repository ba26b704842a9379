"""A policy as typed, frozen values: what `reading` makes of JSON, and what everything else here works on."""

from enum import StrEnum
from functools import cached_property

from shared_ecr.access.actions import ALL_ACTIONS, REGISTRY_LEVEL_BITS, matching
from shared_ecr.access.conditions import Condition, ConditionResult, Truth
from shared_ecr.access.contexts import Context
from shared_ecr.access.principals import PrincipalElement
from shared_ecr.access.variables import PolicyTemplate
from shared_ecr.access.wildcards import Glob, glob
from shared_ecr.records import field, record


class Effect(StrEnum):
    """What a statement does to those it applies to."""

    ALLOW = "Allow"
    DENY = "Deny"


class Version(StrEnum):
    """The language of a policy; without one it is the older."""

    V2008 = "2008-10-17"
    V2012 = "2012-10-17"


@record
class ActionElement:
    """The actions that a statement covers, or with *negated* all but those."""

    negated: bool
    written: tuple[str, ...]
    actions: int = field(compare=False, repr=False)

    @classmethod
    def of(cls, written: tuple[str, ...], *, negated: bool) -> "ActionElement":
        """Compile the patterns *written*; they ignore case."""
        listed = 0
        for pattern in written:
            listed |= matching(pattern)
        return cls(negated, written, ALL_ACTIONS & ~listed if negated else listed)

    def means(self, action: str) -> bool:
        """Whether the statement covers *action*, written with its service: `sts:AssumeRole`. Case is ignored."""
        is_listed = any(glob(pattern.lower()).matches(action.lower()) for pattern in self.written)
        return is_listed is not self.negated


@record
class ResourceElement:
    """The resources that a statement covers, or with *negated* all but those."""

    negated: bool
    written: tuple[str, ...]
    templates: tuple[PolicyTemplate, ...] = field(compare=False, repr=False)

    def covers(self, arn: str, context: Context) -> bool:
        """Whether the element covers the resource *arn*; a variable without a value covers nothing."""
        filled = (each.fill(context) for each in self.templates)
        return any(tokens is not None and Glob.of(tokens).matches(arn) for tokens in filled) is not self.negated

    def covers_the_registry(self) -> bool:
        """Whether it covers actions that have no resource: only a pattern does that covers everything, such as `*`."""
        return self.covers("*", Context({}))


@record
class Statement:
    """One statement."""

    index: int
    """From 0, in the order of the document."""
    sid: str | None
    effect: Effect
    principal: PrincipalElement
    action: ActionElement
    resource: ResourceElement | None
    """None where it is left out, as repository policies may: every resource that the policy is stored on."""
    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        return f"'{self.sid}'" if self.sid else f"number {self.index + 1}"

    def judge(self, context: Context) -> ConditionResult:
        """Judge all conditions together: the least of them decides."""
        least = ConditionResult(Truth.YES)
        for condition in self.conditions:
            judgement = condition.judge(context)
            if judgement.truth < least.truth:
                least = judgement
            if least.truth is Truth.NO:
                break
        return least

    def actions_on(self, arn: str, context: Context) -> int:
        """Return the actions that it covers, for a request about the resource *arn*."""
        if self.resource is None:
            return self.action.actions
        covered = 0
        if self.resource.covers(arn, context):
            covered |= self.action.actions & ~REGISTRY_LEVEL_BITS
        if self.resource.covers_the_registry():
            covered |= self.action.actions & REGISTRY_LEVEL_BITS
        return covered


@record(slots=False)
class Policy:
    """A whole document."""

    version: Version | None
    statements: tuple[Statement, ...]
    characters: int
    """Its size as ECR counts it: the text without blanks."""

    @cached_property
    def keys(self) -> frozenset[str]:
        """The condition keys and variables that its decisions depend on, in lower case."""
        conditions = [condition for statement in self.statements for condition in statement.conditions]
        resources = [
            each for statement in self.statements if statement.resource for each in statement.resource.templates
        ]
        templates = [*(each for condition in conditions for each in condition.templates), *resources]
        return frozenset(
            {condition.looked_up for condition in conditions}
            | {variable.key for each in templates for variable in each.variables}
        )

    @property
    def depends_on_the_name(self) -> bool:
        """Whether two repositories can be treated differently by it."""
        return any(
            statement.resource is not None and statement.resource.written != ("*",) for statement in self.statements
        )
