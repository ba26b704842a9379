"""The callers worth asking about: those that policies name, and strangers that they do not name.

For each way in which some policy distinguishes callers there is a caller on either side of it.
"""

from collections.abc import Iterable, Iterator, Sequence

from shared_ecr.access.callers import Caller, CallerKind, Identity
from shared_ecr.access.candidates import covered_by_two, instances
from shared_ecr.access.conditions import Condition
from shared_ecr.access.policy_model import Policy
from shared_ecr.access.principals import PrincipalType
from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.stand_ins import OTHER_ORGANIZATION, STRANGE_SERVICE, unnamed_accounts
from shared_ecr.access.variables import ARN_PARTS
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names.accounts import ACCOUNT_ID
from shared_ecr.records import field, record

_DIGITS = 12
_KIND_KEYS = frozenset({"aws:principaltype", "aws:principalarn", "aws:username"})


@record
class TrustBoundary:
    """What is known of the world outside of the policies."""

    organization: str | None = None
    """The organization whose members are insiders."""
    accounts: frozenset[str] = field(default_factory=frozenset)
    """Accounts that are known to belong to us."""

    def is_inside(self, caller: Caller, target: TargetRepository) -> bool:
        """Whether *caller* is known to be one of us; membership that is not known counts as outside."""
        if caller.account in {target.account, *self.accounts} and caller.account:
            return True
        return self.organization is not None and caller.organization == self.organization


def everyone(policies: Sequence[Policy], target: TargetRepository, known: TrustBoundary) -> list[Caller]:
    """Return the callers that *policies* can distinguish, each with its own side saying yes.

    Callers of the registry's own account come twice: a grant to them counts only where their own side is silent,
    a denial only where it says yes.
    """
    found: dict[Caller, None] = {}
    for caller in _everyone(policies, target, known):
        found.setdefault(caller)
        if caller.account == target.account and caller.kind is not CallerKind.ROOT:
            found.setdefault(caller.with_identity(Identity.SILENT))
    return list(found)


def _everyone(policies: Sequence[Policy], target: TargetRepository, known: TrustBoundary) -> Iterator[Caller]:
    listed = list(named(policies, target))
    accounts = dict.fromkeys([target.account, *(each.account for each in listed if each.account)])
    accounts |= dict.fromkeys(_accounts_of_conditions(policies))
    strangers = [account_of_strangers(policies, target, known)]
    people = [
        *listed,
        *(Caller.unnamed_role(account, target.partition) for account in (*strangers, *accounts)),
        *(each for account in (*strangers, *accounts) for each in called_as_asked(policies, account, target.partition)),
        *_other_kinds(policies, [*strangers, *accounts], target),
    ]
    memberships = list(_memberships(policies, known))
    for caller in people:
        if caller.kind in {CallerKind.SERVICE, CallerKind.FEDERATED}:
            yield caller
            continue
        for organization, paths in memberships:
            yield caller.in_organization(organization, paths).with_identity(Identity.ALLOWS)
    yield Caller.of_service(STRANGE_SERVICE)


def account_of_strangers(policies: Sequence[Policy], target: TargetRepository, known: TrustBoundary) -> str:
    """Return the account that stands for those that *policies* and *known* do not name."""
    account, _ = unnamed_accounts(policies, {target.account, *known.accounts, *_accounts_of_conditions(policies)})
    return account


def named(policies: Sequence[Policy], target: TargetRepository) -> Iterator[Caller]:
    """Give whom principal elements and the ARNs of conditions on aws:PrincipalArn name."""
    for policy in policies:
        for statement in policy.statements:
            for kind, text in statement.principal.written:
                yield from _caller(kind, text, target)
    for key in ("aws:principalservicename", "aws:principalservicenameslist"):
        for condition in _conditions(policies, key):
            for template in condition.templates:
                yield from (Caller.of_service(service) for service in instances(template, {}) if service)
    for condition in _conditions(policies, "aws:principalarn"):
        for arn in condition.values:
            if "*" not in arn and "?" not in arn:
                yield from _caller(PrincipalType.AWS, arn, target)


def called_as_asked(policies: Sequence[Policy], account: str, partition: str) -> Iterator[Caller]:
    """Give principals of *account* whose names fit the conditions on aws:PrincipalArn.

    A pattern may leave the account open, and anyone who owns an account gives its roles the names that are asked for.
    """
    conditions = list(_conditions(policies, "aws:principalarn"))
    templates = [template for condition in conditions for template in condition.templates]
    arns = [arn for template in templates for arn in instances(template, {})]
    resources = dict.fromkeys(arn.rpartition(":")[2] for arn in (*arns, *covered_by_two(conditions)))
    for resource in resources:
        for name in (resource, f"role/{resource.rpartition('/')[2]}"):
            service = "sts" if name.startswith("federated-user/") else "iam"
            try:
                yield Caller.from_arn(f"arn:{partition}:{service}::{account}:{name}")
            except InvalidValueError:
                continue


def _caller(kind: PrincipalType, text: str, target: TargetRepository) -> Iterator[Caller]:
    match kind:
        case PrincipalType.Service:
            yield Caller.of_service(text)
        case PrincipalType.Federated:
            yield Caller.federated(text)
        case PrincipalType.AWS if ACCOUNT_ID.fullmatch(text):
            yield Caller.unnamed_role(text, target.partition)
        case PrincipalType.AWS:
            try:
                caller = Caller.from_arn(text)
            except InvalidValueError:
                return
            root = caller.kind is CallerKind.ROOT and caller.account
            yield Caller.unnamed_role(root, caller.partition) if root else caller
        case PrincipalType.CanonicalUser:
            return


def _accounts_of_conditions(policies: Sequence[Policy]) -> Iterator[str]:
    """Give the accounts that conditions name, and for a pattern one that fits it."""
    patterns = [value for each in _conditions(policies, "aws:principalaccount") for value in each.values]
    arns = [value.split(":") for each in _conditions(policies, "aws:principalarn") for value in each.values]
    patterns += [parts[-2] for parts in arns if len(parts) == ARN_PARTS]
    for pattern in patterns:
        account = pattern.replace("?", "0")
        if "*" in account:
            digits = len(account.replace("*", ""))
            account = account.replace("*", "0" * (_DIGITS - digits), 1).replace("*", "")
        if ACCOUNT_ID.fullmatch(account):
            yield account


def _other_kinds(policies: Sequence[Policy], accounts: Sequence[str], target: TargetRepository) -> Iterator[Caller]:
    """Give a user, a federated user and a root of every account where some condition distinguishes them from roles."""
    if any(not policy.keys.isdisjoint(_KIND_KEYS) for policy in policies):
        for account in accounts:
            for resource in (
                "iam::{}:user/any-unnamed-user",
                "iam::{}:root",
                "sts::{}:federated-user/any-unnamed-user",
            ):
                yield Caller.from_arn(f"arn:{target.partition}:{resource.format(account)}")


def asks_for_membership(policies: Iterable[Policy]) -> bool:
    """Whether the policies distinguish members of organizations."""
    return any(not policy.keys.isdisjoint({"aws:principalorgid", "aws:principalorgpaths"}) for policy in policies)


def _memberships(policies: Sequence[Policy], known: TrustBoundary) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """Give the memberships that the policies distinguish; only one, of no one, where they ask for none."""
    yield None, ()
    if not asks_for_membership(policies):
        return
    organizations: dict[str, None] = dict.fromkeys(
        [OTHER_ORGANIZATION, *([known.organization] if known.organization else [])]
    )
    for condition in _conditions(policies, "aws:principalorgid"):
        for template in condition.templates:
            organizations |= dict.fromkeys(instances(template, {}))
    for organization in organizations:
        yield organization, (f"{organization}/r-none/",)
    for condition in _conditions(policies, "aws:principalorgpaths"):
        for template in condition.templates:
            for path in instances(template, {}):
                yield path.partition("/")[0], (path,)
                yield path.partition("/")[0], (f"{path.rstrip('/')}/ou-none-00000000/",)


def _conditions(policies: Iterable[Policy], key: str) -> Iterator[Condition]:
    for policy in policies:
        for statement in policy.statements:
            yield from (condition for condition in statement.conditions if condition.looked_up == key)
