"""The linter of `shared_ecr.access` over documents, in which a place or a principal may be known only once deployed."""

from collections.abc import Iterator
from itertools import islice, product

from shared_ecr.access.lint import LintedPolicy, PolicyFinding, PolicyHolder, lint
from shared_ecr.access.lint.findings import UNKNOWN_ACCOUNT
from shared_ecr.access.policy_model import Policy
from shared_ecr.access.requests import TargetRepository
from shared_ecr.model.names.accounts import ACCOUNT_ID_IN_TEXT
from shared_ecr.model.names.partitions import PARTITIONS
from shared_ecr.records import replace
from shared_ecr.review.account_placeholders import STAND_IN
from shared_ecr.review.policy_texts import ReadPolicy
from shared_ecr.text.patterns import LazyPattern

_ORGANIZATION = LazyPattern(r"\bo-[a-z0-9]{10,32}\b")
_REGION = LazyPattern("|".join(region for partition in PARTITIONS for region in partition.regions))
# Where the place of a registry is not known, as many are tried; a policy names few accounts and fewer Regions.
_TRIED_PLACES = 8
# The organization of the registry where it is not given.
_OURSELVES = "o-ourselves00"
# What says that something can never happen; in one of several places it may.
_NEVER = frozenset({"policy-lockout", "principal-partition", "service-inert", "statement-dead"})


def linted(
    read: ReadPolicy, policy: Policy, holder: PolicyHolder, target: TargetRepository, *, is_named: bool
) -> list[PolicyFinding]:
    """Return what the linter finds in *policy* that is about what is written.

    Where the registry's place is not known, it is what is found in any that it may have; that something can never
    happen is found only where it holds in all of them. Without *is_named* the target's name is only a possible one.
    """
    found: dict[tuple[str, int | None], dict[str, PolicyFinding]] = {}
    times: dict[tuple[str, int | None], int] = {}
    places = list(_places(policy, target))
    for place in places:
        here = lint(LintedPolicy(policy, holder, place))
        for each in here:
            found.setdefault(_identity(each), {}).setdefault(each.what, each)
        times |= {identity: times.get(identity, 0) + 1 for identity in map(_identity, here)}
    return [
        each
        for identity, findings in found.items()
        for each in findings.values()
        if (each.code not in _NEVER or times[identity] == len(places)) and _is_sure(each, read, is_named=is_named)
    ]


def organizations_of(policy: Policy, target: TargetRepository) -> list[str]:
    """Return the organizations that the registry may belong to: its own, or else one of those that are named."""
    return [target.organization] if target.organization else [_OURSELVES, *_ORGANIZATION.findall(repr(policy))]


def _identity(finding: PolicyFinding) -> tuple[str, int | None]:
    return (finding.code, finding.statement.index if finding.statement else None)


def _places(policy: Policy, target: TargetRepository) -> Iterator[TargetRepository]:
    """Give *target* in places that the registry may have: where one is not known, any, and those that are named."""
    accounts, regions, organizations = [target.account], [target.region], [target.organization]
    if target.account == UNKNOWN_ACCOUNT:
        text = repr(policy)
        accounts += ACCOUNT_ID_IN_TEXT.findall(text)
        regions += _REGION.findall(text)
    if "aws:resourceorgid" in policy.keys:
        organizations = [*organizations_of(policy, target)]
    places = product(dict.fromkeys(accounts), dict.fromkeys(regions), dict.fromkeys(organizations))
    for account, region, organization in islice(places, _TRIED_PLACES):
        yield replace(target, account=account, region=region, organization=organization)


def _is_sure(finding: PolicyFinding, read: ReadPolicy, *, is_named: bool) -> bool:
    """Whether *finding* is about what is written, and not about what only a deployment knows."""
    if STAND_IN in finding.what:
        return False
    is_dead = finding.code == "statement-dead"
    if is_dead and finding.statement and finding.statement.resource and not is_named:
        return False
    is_open = finding.statement.index in read.open_statements if finding.statement else not read.is_whole
    return not (is_open and (is_dead or finding.code == "policy-lockout"))
