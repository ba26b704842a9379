"""Whether a policy allows someone it cannot mean: any account, or a service acting for any account."""

from collections.abc import Iterator

from shared_ecr.access.callers import Caller, Identity
from shared_ecr.access.candidates import STRANGE_VALUES
from shared_ecr.access.comparisons import network
from shared_ecr.access.conditions import Truth
from shared_ecr.access.operators import Family
from shared_ecr.access.policy_model import Effect, Policy, Statement
from shared_ecr.access.principals import PrincipalMatch
from shared_ecr.access.requests import TargetRepository, context_of, open_keys
from shared_ecr.access.stand_ins import OTHER_ORGANIZATION, STRANGE_SERVICE, unnamed_accounts, unnamed_value
from shared_ecr.access.trust_boundary import called_as_asked

# Who narrows a grant by these trusts a network or a resource of its own; every other open key is the caller's to
# choose (its tags, its user agent, the hour). https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
_NOT_OURS = ("aws:sourceip", "aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip")
# A network of more than 2^24 addresses of version 4 belongs to no one in particular.
_NARROW_FROM = {4: 8, 6: 32}


def _network_owners(account: str) -> dict[str, tuple[str, ...]]:
    """Return the condition keys and values of a call through a network that belongs to an unknown account."""
    return {
        "aws:vpceaccount": (account,),
        "aws:vpceorgid": (OTHER_ORGANIZATION,),
        "aws:vpceorgpaths": (f"{OTHER_ORGANIZATION}/r-none/",),
        "aws:sourcevpcarn": (f"arn:aws:ec2:us-east-1:{account}:vpc/vpc-0stranger",),
    }


def strange_callers(policy: Policy) -> Iterator[Caller]:
    """Give callers of no organization and of another one, whose own policies allow the call."""
    account, _ = unnamed_accounts([policy])
    for caller in (Caller.unnamed_role(account), *called_as_asked([policy], account, "aws")):
        yield caller.with_identity(Identity.ALLOWS)
        member = caller.in_organization(OTHER_ORGANIZATION, (f"{OTHER_ORGANIZATION}/r-none/",))
        yield member.with_identity(Identity.ALLOWS)


def strangers_with_access(policy: Policy, statement: Statement, target: TargetRepository) -> list[Caller]:
    """Return the strangers whom the Allow *statement* allows, in a context that anyone can bring about."""
    return [
        caller for caller in strange_callers(policy)
        if statement.principal.means(caller) is not PrincipalMatch.NOT
        and any(_may_hold(statement, caller, target, said) for said in _contexts(policy, statement))
        and not _is_denied(policy, statement, caller, target)
    ]  # fmt: skip


def services_with_access(policy: Policy, statement: Statement, target: TargetRepository) -> list[str]:
    """Return the services that the Allow *statement* lets act for anyone's resources: confused deputies."""
    services = [*statement.principal.services]
    if statement.principal.everyone or statement.principal.negated:
        services = [STRANGE_SERVICE]
    account, _ = unnamed_accounts([policy])
    arn_of = f"arn:aws:{{}}:us-east-1:{account}:function:stranger"
    said: dict[str, tuple[str, ...]] = {
        "aws:sourceaccount": (account,),
        "aws:sourceorgid": (OTHER_ORGANIZATION,),
        "aws:sourceorgpaths": (f"{OTHER_ORGANIZATION}/r-none/",),
    }
    said |= dict.fromkeys((*_NOT_OURS, *_network_owners(account)), ())
    said |= {"aws:sourceip": (STRANGE_VALUES["aws:sourceip"],)}
    found = []
    for service in sorted(services):
        caller = Caller.of_service(service)
        context = said | {"aws:sourcearn": (arn_of.format(service.partition(".")[0]),)}
        if _may_hold(statement, caller, target, context) and not _is_denied(policy, statement, caller, target, context):
            found.append(service)
    return found


def _contexts(policy: Policy, statement: Statement) -> Iterator[dict[str, tuple[str, ...]]]:
    """Give the contexts of calls of an unknown account: from the internet, its own network, or a broad network."""
    owners = _network_owners(unnamed_accounts([policy])[0])
    taken = {value for condition in statement.conditions for value in condition.values}
    strange = {key: (unnamed_value(STRANGE_VALUES[key], taken),) for key in _NOT_OURS}
    address = {"aws:sourceip": strange["aws:sourceip"]}
    nowhere: dict[str, tuple[str, ...]] = dict.fromkeys((*_NOT_OURS, *owners), ())
    yield nowhere | address
    yield owners | strange | {"aws:sourceip": ()}
    for condition in statement.conditions:
        if condition.test.operator.family is Family.IP:
            for found in map(network, condition.values):
                if found is not None and found.prefixlen < _NARROW_FROM[found.version]:
                    yield nowhere | {"aws:sourceip": (str(found[0]),)}


def _may_hold(statement: Statement, caller: Caller, target: TargetRepository, said: dict[str, tuple[str, ...]]) -> bool:
    present = {key: values for key, values in said.items() if values}
    absent = said.keys() - present.keys()
    is_open = open_keys(caller, target)
    context = context_of(caller, target, present, lambda key: key not in absent and is_open(key))
    return statement.judge(context).truth is not Truth.NO


def _is_denied(
    policy: Policy,
    allow: Statement,
    caller: Caller,
    target: TargetRepository,
    said: dict[str, tuple[str, ...]] | None = None,
) -> bool:
    """Whether some Deny takes all of *allow* back from *caller*, whatever the context."""
    present = {key: values for key, values in (said or {}).items() if values}
    context = context_of(caller, target, present, open_keys(caller, target))
    left = allow.action.actions
    for statement in policy.statements:
        if (
            statement.effect is Effect.DENY
            and statement.principal.means(caller) is not PrincipalMatch.NOT
            and statement.judge(context).truth is Truth.YES
        ):
            left &= ~statement.actions_on(target.arn, context)
    return not left
