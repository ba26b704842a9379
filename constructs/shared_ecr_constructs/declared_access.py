"""Whether a declared repository policy grants what a CDK construct asks for, decided by the evaluator of `access`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared_ecr.access.callers import Caller, CallerKind, Identity
from shared_ecr.access.evaluation import AccessVerdict, decide
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.access.policy_reader import read_policy
from shared_ecr.access.requests import Request, TargetRepository
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId, EcrRegistry, OrganizationId
from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.repositories import RepositorySpec

# An account that no policy can name: a grant to an organization has to hold for each of its accounts.
_SOME_MEMBER = "000000000000"


@dataclass(frozen=True, slots=True)
class DeclaredAccess:
    """What the declaration grants on one repository, to judge statements that nothing adds to its policy."""

    spec: RepositorySpec
    home: EcrRegistry
    organization: OrganizationId | None = None
    members: frozenset[AccountId] = frozenset()
    """The accounts that the declaration names; they are taken for members of its organization."""

    def missing(self, statement: Mapping[str, Any]) -> list[str]:
        """Return the principals of *statement*, resolved by CDK, to which the declared policy does not grant it."""
        actions = [each.removeprefix("ecr:") for each in _texts(statement.get("Action"))]
        organization = _organization(statement)
        if organization:
            member = Caller.unnamed_role(_SOME_MEMBER, str(self.home.region.partition)).in_organization(organization)
            granted = self._grants(member.with_identity(Identity.ALLOWS), actions)
            return [] if granted else [f"organization {organization}"]
        principals = list(_principals(statement.get("Principal"), str(self.home.region.partition)))
        if statement.get("Effect") != "Allow" or not actions or not principals:
            return ["*"]
        return [shown for shown, caller in principals if caller is None or not self._grants(caller, actions)]

    def _grants(self, caller: Caller, actions: Sequence[str]) -> bool:
        document = self.spec.policy(PolicyLocation.of(self.home.region))
        if document is None:
            return False
        policies = PolicyPair(read_policy(document))
        region = self.home.region
        target = TargetRepository(
            str(self.home.account), str(region), str(self.spec.name), str(region.partition), self.spec.tags
        )
        context: dict[str, tuple[str, ...]] = {}
        if caller.kind is CallerKind.SERVICE and caller.service:
            # The construct that asks is in the registry's own account and Region.
            service = caller.service.partition(".")[0]
            source = f"arn:{region.partition}:{service}:{region}:{self.home.account}:function:any"
            context = {"aws:sourceaccount": (str(self.home.account),), "aws:sourcearn": (source,)}
        elif self.organization and caller.account in {member.digits for member in (*self.members, self.home.account)}:
            caller = caller.in_organization(str(self.organization))
        decisions = (decide(policies, Request(caller, action, target, context)) for action in actions)
        # A grant that a network or a tag narrows is a grant: the declaration says so on purpose.
        return all(decision.verdict in (AccessVerdict.ALLOW, AccessVerdict.UNDECIDED) for decision in decisions)


def _organization(statement: Mapping[str, Any]) -> str | None:
    """Return the organization to which *statement* grants, written as CDK's `OrganizationPrincipal` writes it."""
    match statement:
        case {
            "Effect": "Allow",
            "Principal": "*" | {"AWS": "*"},
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": str() as organization}} as condition,
        } if len(condition) == 1 and len(condition["StringEquals"]) == 1:
            return organization
        case _:
            return None


def _principals(element: object, partition: str) -> Iterator[tuple[str, Caller | None]]:
    """Give every principal as text, with the caller that it means; None where none can be known."""
    if not isinstance(element, Mapping):
        yield "*", None
        return
    for kind, written in element.items():
        for each in _texts(written, partition):
            yield each, _caller(str(kind), each, partition)


def _caller(kind: str, text: str, partition: str) -> Caller | None:
    if kind == "Service":
        return Caller.of_service(text)
    if kind != "AWS":
        return None
    if text.isdigit():
        return Caller.unnamed_role(text, partition).with_identity(Identity.ALLOWS)
    try:
        caller = Caller.from_arn(text)
    except InvalidValueError:
        return None
    if caller.kind is CallerKind.ROOT and caller.account:
        caller = Caller.unnamed_role(caller.account, partition)
    return caller.with_identity(Identity.ALLOWS)


def _texts(value: object, partition: str = "aws") -> list[str]:
    """Return the text or texts of *value*; one that is known at deployment only is shown as what it is."""
    values = value if isinstance(value, list) else [value]
    return [_text(each, partition) for each in values if each is not None]


def _text(value: object, partition: str) -> str:
    match value:
        case str():
            return value
        case {"Ref": "AWS::Partition"}:
            return partition
        case {"Fn::Join": [str() as separator, list() as parts]}:
            return separator.join(_text(part, partition) for part in parts)
        case {"Ref": str() as name}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [str() as name, str() as attribute]}:
            return f"${{{name}.{attribute}}}"
        case _:
            return "${a value of the deployment}"
