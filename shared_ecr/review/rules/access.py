"""Policies: everything that the linter of `shared_ecr.access` finds, under its own codes, and what documents add."""

from collections.abc import Iterable, Iterator

from shared_ecr.access.actions import bits, names
from shared_ecr.access.callers import Caller
from shared_ecr.access.conditions import Truth
from shared_ecr.access.lint import PolicyFinding, PolicyHolder
from shared_ecr.access.lint.findings import warning
from shared_ecr.access.policy_model import Effect, Policy, Statement
from shared_ecr.access.principals import PrincipalMatch
from shared_ecr.access.requests import TargetRepository, context_of, open_keys
from shared_ecr.access.strangers import strangers_with_access
from shared_ecr.findings import Severity
from shared_ecr.model.permissions import MAX_POLICY_CHARACTERS
from shared_ecr.records import field, record, replace
from shared_ecr.review.findings import ReviewFinding, RuleFinding, note
from shared_ecr.review.policy_texts import ReadPolicy, read_held, target_of
from shared_ecr.review.rules.linting import linted, organizations_of
from shared_ecr.review.rules.scene import RuleContext
from shared_ecr.text import first_few

# Of sixty-five actions a handful is enough to show what they are.
_NAMED_ACTIONS = 6
# Amazon Inspector is stopped by a denial of it to its role.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced.html
_SCANNING = bits(("PutRegistryScanningConfiguration",))
_INSPECTOR = "role/aws-service-role/inspector2.amazonaws.com/AWSServiceRoleForAmazonInspector2"
# Findings about whom a statement allows.
_GIVING_ACCESS = frozenset(
    {"access-forall", "access-ifexists", "access-notprincipal", "access-public", "confused-deputy"}
)


@record(frozen=False, slots=False)
class _Judge:
    """Judges policies, each once for all repositories that have it and that it does not distinguish."""

    known: dict[tuple[object, ...], tuple[Policy, tuple[RuleFinding, ...]]] = field(default_factory=dict)
    """By the policy's identity, among others, so each stays here as long as its id counts."""

    def __call__(
        self, read: ReadPolicy, holder: PolicyHolder, target: TargetRepository, *, is_named: bool
    ) -> tuple[RuleFinding, ...]:
        if read.policy is None:
            return tuple(_reported(read.faults)) + (() if read.is_whole else (_unknown(),))
        key = (id(read.policy), read.characters, holder, is_named, *_place(read.policy, target))
        if key not in self.known:
            self.known[key] = (read.policy, tuple(_judged(read, read.policy, holder, target, is_named=is_named)))
        return self.known[key][1]


def access(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Judge the policies of repositories, creation templates and registries."""
    judge, ours = _Judge(), scene.known.organization
    for each in scene.policy_holders:
        target = replace(each.target, organization=ours)
        for found in judge(each.policy_read, PolicyHolder.REPOSITORY, target, is_named=each.is_named):
            yield found.about(each.name, each.resource)
    for template in scene.templates:
        target = replace(template.repository.target, tags=None, organization=ours)
        for found in judge(template.repository.policy_read, PolicyHolder.TEMPLATE, target, is_named=False):
            yield found.about(template.subject, template.resource)
    for _, resource in scene.policies():
        read = read_held(resource.properties.get("PolicyText"), resource.home)
        target = replace(target_of(resource.home), organization=ours)
        for found in judge(read, PolicyHolder.REGISTRY, target, is_named=True):
            yield found.about("registry policy", resource)


def _place(policy: Policy, target: TargetRepository) -> tuple[object, ...]:
    """Return what of *target* the findings about *policy* depend on."""
    tagged = any(key.partition("/")[0].endswith("resourcetag") for key in policy.keys)
    name = target.name if policy.depends_on_the_name else ""
    return (
        target.account,
        target.region,
        target.partition,
        name,
        (target.tags, target.has_all_tags) if tagged else None,
    )


def _judged(
    read: ReadPolicy, policy: Policy, holder: PolicyHolder, target: TargetRepository, *, is_named: bool
) -> Iterator[RuleFinding]:
    found = linted(read, policy, holder, target, is_named=is_named)
    dead = {each.statement.index for each in found if each.code == "statement-dead" and each.statement}
    for each in found:
        yield from _reported([each], _witness(each, policy, target))
    if holder is PolicyHolder.REGISTRY:
        yield from _reported(_stops_scanning(policy, target))
    else:
        yield from _reported(
            _has_resource(each) for each in policy.statements if each.resource and each.index not in dead
        )
    is_sized = any(each.code == "policy-size" for each in found)
    if not is_sized and read.characters and read.characters > MAX_POLICY_CHARACTERS:
        what = f"the policy has {read.characters:,} characters as it is written; ECR stores {MAX_POLICY_CHARACTERS:,}"
        yield RuleFinding(
            "policy-size", Severity.WARNING, what, "ECR may refuse it", "Write it without spaces and line breaks"
        )
    if not read.is_whole:
        yield _unknown()


def _has_resource(statement: Statement) -> PolicyFinding:
    return warning(
        "policy-resource", statement, "it has a Resource",
        "A repository policy applies to its own repository, whatever Resource says", "Remove it",
    )  # fmt: skip


def _stops_scanning(policy: Policy, target: TargetRepository) -> Iterator[PolicyFinding]:
    caller = Caller.from_arn(f"arn:{target.partition}:iam::{target.account}:{_INSPECTOR}")
    members = [caller.in_organization(each, (f"{each}/r-none/",)) for each in organizations_of(policy, target)]
    for statement in policy.statements:
        if statement.effect is Effect.DENY and statement.action.actions & _SCANNING:
            contexts = ((each, context_of(each, target, {}, open_keys(each, target))) for each in members)
            if all(
                statement.principal.means(each) is not PrincipalMatch.NOT
                and statement.judge(context).truth is Truth.YES
                for each, context in contexts
            ):
                yield warning(
                    "deny-scanning", statement, "it denies ecr:PutRegistryScanningConfiguration to Amazon Inspector",
                    "Amazon Inspector does enhanced scanning, and its role writes the configuration",
                    "Remove this action from the Deny statement",
                )  # fmt: skip


def _witness(finding: PolicyFinding, policy: Policy, target: TargetRepository) -> tuple[str, ...]:
    """Say which unexpected principal has access, and to what."""
    statement = finding.statement
    if statement is None or statement.effect is not Effect.ALLOW or finding.code not in _GIVING_ACCESS:
        return ()
    callers = strangers_with_access(policy, statement, target)
    strangers = (f"{each.shown} of {'another' if each.organization else 'no'} organization" for each in callers[:1])
    allowed = f"allowed: {first_few(names(statement.action.actions), _NAMED_ACTIONS)}"
    return (*(f"has access, for example: {each}" for each in strangers), allowed)


def _reported(findings: Iterable[PolicyFinding], details: tuple[str, ...] = ()) -> Iterator[RuleFinding]:
    for each in findings:
        what = f"statement {each.statement}: {each.what}" if each.statement else each.what
        yield RuleFinding(each.code, each.severity, what, each.why, each.fix, details)


def _unknown() -> RuleFinding:
    return note(
        "policy-unknown", "a part of its policy is known only once deployed, and is not judged",
        "The principals that it allows are not known",
        "Write it into the template, or give the parameters that it depends on",
    )  # fmt: skip
