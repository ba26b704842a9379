"""Who makes a request: the principal, its account and organization, and what its own policies say.

Every caller has the names by which a policy can mean it; a role ARN means all sessions of the role.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from enum import StrEnum
from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import record, replace
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

_ARN = LazyPattern(r"arn:(?P<partition>aws[a-z-]*):(?P<service>iam|sts)::(?P<account>[0-9]{12}):(?P<resource>[^\s]+)")
# It stands for every role that no policy names; a role of this very name would be one of them too.
UNNAMED_ROLE = "any-unnamed-role"


class CallerKind(StrEnum):
    """What a caller is; the text is what aws:PrincipalType says where AWS gives it a name."""

    ROLE = "AssumedRole"
    USER = "User"
    ROOT = "Account"
    FEDERATED_USER = "FederatedUser"
    FEDERATED = "federated"
    SERVICE = "service"
    ANONYMOUS = "Anonymous"


class Identity(StrEnum):
    """What the caller's own policies (and all that takes away from them) say to the request."""

    ALLOWS = "allows"
    SILENT = "silent"
    DENIES = "denies"
    UNKNOWN = "unknown"


@record
class Caller:
    """One principal, or one that stands for all principals of its kind that no policy distinguishes."""

    kind: CallerKind
    shown: str
    """How to call it: its ARN, its service name, or what it stands for."""
    partition: str = "aws"
    account: str | None = None
    names: frozenset[str] = frozenset()
    """The ARNs by which a policy can name it."""
    principal_arn: str | None = None
    """What aws:PrincipalArn says: of a session the role's ARN."""
    service: str | None = None
    """The service principal, or the provider of a federated identity."""
    organization: str | None = None
    organization_paths: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    identity: Identity = Identity.UNKNOWN

    @classmethod
    def from_arn(cls, arn: str, role_arn: str | None = None) -> Self:
        """Read an ARN of a role, a session, a user, a federated user or an account's root.

        A session's role has a path that the session's ARN lacks; *role_arn* shows it. Without it, no path is taken.
        """
        match = _ARN.fullmatch(arn)
        if match is None:
            raise _no_caller(arn)
        partition, account = match["partition"], match["account"]
        kind, _, name = match["resource"].partition("/")
        names, principal = frozenset({arn}), arn
        match (match["service"], kind):
            case ("iam", "role") if name:
                found = CallerKind.ROLE
            case ("sts", "assumed-role") if name.count("/") == 1:
                found = CallerKind.ROLE
                principal = role_arn or f"arn:{partition}:iam::{account}:role/{name.split('/', maxsplit=1)[0]}"
                names = frozenset({arn, principal})
            case ("iam", "user") if name:
                found = CallerKind.USER
            case ("sts", "federated-user") if name:
                found = CallerKind.FEDERATED_USER
            case ("iam", "root") if not name:
                found, names = CallerKind.ROOT, frozenset()
            case _:
                raise _no_caller(arn)
        return cls(found, arn, partition, account, names, principal)

    @classmethod
    def unnamed_role(cls, account: str, partition: str = "aws") -> Self:
        """Return one that stands for every role of *account* that no policy names."""
        arn = f"arn:{partition}:iam::{account}:role/{UNNAMED_ROLE}"
        return cls(CallerKind.ROLE, f"any role of {account}", partition, account, frozenset(), arn)

    @classmethod
    def of_service(cls, service: str) -> Self:
        """Return an AWS service that calls as itself; no identity policy is behind it."""
        return cls(CallerKind.SERVICE, service, service=service, identity=Identity.SILENT)

    @classmethod
    def federated(cls, provider: str) -> Self:
        """Return an identity of *provider* that has not assumed a role."""
        return cls(CallerKind.FEDERATED, provider, service=provider, identity=Identity.SILENT)

    @classmethod
    def anonymous(cls) -> Self:
        """Return someone without credentials."""
        return cls(CallerKind.ANONYMOUS, "anonymous", identity=Identity.SILENT)

    def with_identity(self, identity: Identity) -> Self:
        """Return the same caller whose own policies say *identity*."""
        return replace(self, identity=identity)

    def in_organization(self, organization: str | None, paths: tuple[str, ...] = ()) -> Self:
        """Return the same caller as a member of *organization*, in the units of *paths*."""
        return replace(self, organization=organization, organization_paths=paths)

    def facts(self) -> dict[str, tuple[str, ...]]:
        """Return the context keys that every request of this caller has, in lower case.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html; a service carries
        no organization, account or ARN of a principal, a principal no service name.
        """
        if self.kind is CallerKind.ANONYMOUS:
            return {"aws:principaltype": (self.kind,), "aws:principalaccount": ("anonymous",)}
        if self.kind is CallerKind.SERVICE and self.service:
            return {"aws:principalisawsservice": ("true",), "aws:principalservicename": (self.service,),
                    "aws:principalservicenameslist": (self.service,)}  # fmt: skip
        facts: dict[str, tuple[str, ...]] = {"aws:principalisawsservice": ("false",)}
        if self.account and self.principal_arn:
            facts |= {"aws:principalaccount": (self.account,), "aws:principalarn": (self.principal_arn,)}
            facts["aws:principaltype"] = (self.kind,)
        if self.organization:
            facts["aws:principalorgid"] = (self.organization,)
        if self.organization_paths:
            facts["aws:principalorgpaths"] = self.organization_paths
        if self.kind is CallerKind.USER and self.principal_arn:
            facts["aws:username"] = (self.principal_arn.rpartition("/")[2],)
        return facts | {f"aws:principaltag/{key.lower()}": (value,) for key, value in self.tags}


def _no_caller(arn: str) -> InvalidValueError:
    return InvalidValueError(
        f"{quoted(arn)} is not an ARN that can call",
        why="A caller is a role, a session of one (sts … assumed-role/ROLE/SESSION), a user, a federated user, or root",
        code="caller-arn",
    )
