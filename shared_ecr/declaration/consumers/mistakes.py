"""What people write where a consumer is expected, and what they meant."""

from collections.abc import Collection

from shared_ecr.documents.nodes import Node, Scalar
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.principals.service_names import KNOWN, NEVER_PULLS
from shared_ecr.text import did_you_mean, listed, nearest, quoted
from shared_ecr.text.patterns import LazyPattern

_SUFFIX = LazyPattern(r"\.amazonaws\.(?:com\.cn|com|eu)$")
_SERVICE = LazyPattern(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*")
# How the services with a kind of their own are written.
_OWN_KINDS = {
    "lambda": "lambda: ACCOUNT",
    "codebuild": "codebuild: {account: ACCOUNT, project: NAME}",
    "emr-serverless": "emr_serverless: ACCOUNT",
}
# What other tools call people and their groups; each with why it is not a consumer here.
_FEDERATION = "A federated user calls as the role that it assumes"
_PEOPLE = {
    "user": ("a user", "A user has keys that are valid for years; a role is assumed for hours"),
    "group": ("a group", "ECR refuses groups as principals"),
    "instance_profile": ("an instance profile", "It contains a role and is not a principal"),
    "federated": ("a federated identity", _FEDERATION),
    "saml": ("a SAML provider", _FEDERATION),
    "oidc": ("an OIDC provider", _FEDERATION),
    "canonical_user": ("a canonical user", "Only S3 has canonical users"),
}
# Words that are too far from the kind that is meant for a suggestion by spelling.
_OTHER_WORDS = {
    "github": "github_actions",
    "gitlab": "gitlab_ci",
    "ou": "organizational_unit",
    "org": "organization",
    "iam_role": "role",
}
_USER = LazyPattern(r"arn:[^:]*:iam::[^:]*:user/")
_ROOT = LazyPattern(r"(?:arn:[^:]*:iam::)?([0-9]{12})(?::root)?")
# What a value without its kind is most likely to be; the first that fits counts.
_LOOKS_LIKE = {
    "account": _ROOT,
    "role": LazyPattern("arn:.*"),
    "organizational_unit": LazyPattern(r"ou-.*|o-[^/]*/.*"),
    "organization": LazyPattern("o-.*"),
}


def public() -> InvalidValueError:
    """Refuse `*`, wherever a consumer or a source is."""
    return InvalidValueError(
        "'*' allows every AWS account",
        fix="Name accounts, or write 'organization' for those of your own",
        code="access-public",
    )


def bare_scalar(text: str, accounts: Collection[str]) -> InvalidValueError | None:
    """Say how *text*, which is without a kind, is written with one; None where it looks like nothing known."""
    if text == "*":
        return public()
    if _USER.match(text):
        return person("user")
    if text not in accounts and (bare(text) in NEVER_PULLS or bare(text) in KNOWN):
        return service_alone(text)
    kind = (
        "account"
        if text in accounts
        else next((kind for kind, like in _LOOKS_LIKE.items() if like.fullmatch(text)), "")
    )
    if kind:
        root = _ROOT.fullmatch(text)
        value = f'"{root[1]}"' if root else text if not text.isdigit() else f'"{text}"'
        return InvalidValueError(f"{quoted(text)} has no kind", fix=f"Write '{kind}: {value}'", code="consumer")
    meant = did_you_mean(text, ("organization",))
    return InvalidValueError(f"{quoted(text)} is not a consumer", fix=meant, code="consumer") if meant else None


def unknown_kind(kind: str, value: Node, kinds: Collection[str]) -> InvalidValueError:
    """Say what to write instead of *kind*, which is not a kind of consumer."""
    person_kind = kind.lower().removesuffix("s").replace("-", "_")
    if person_kind in _PEOPLE:
        return person(person_kind)
    if kind.lower() in {"aws", "principal", "arn"} and isinstance(value, Scalar):
        fault = bare_scalar(value.text, ())
        if fault:
            return fault
    if bare(kind) in NEVER_PULLS or bare(kind) in _OWN_KINDS:
        return service_alone(kind)
    if kind.lower() in _OTHER_WORDS:
        fix = f"Did you mean '{_OTHER_WORDS[kind.lower()]}'?"
        return InvalidValueError(f"there is no kind of consumer {quoted(kind)}", fix=fix, code="service-name")
    suggestion = did_you_mean(kind, kinds) or did_you_mean(bare(kind), kinds)
    fix = suggestion or f"The kinds are {listed(kinds)}"
    return InvalidValueError(f"there is no kind of consumer {quoted(kind)}", fix=fix, code="service-name")


def person(kind: str) -> InvalidValueError:
    """Refuse a user, a group or another of those that are never granted by name."""
    who, why = _PEOPLE[kind]
    return InvalidValueError(
        f"{who} cannot be granted access by name",
        why=why,
        fix="Grant access to the role with 'role:', or to the account with 'account:'",
        code="principal-kind",
    )


def service_alone(text: str) -> InvalidValueError:
    """Say what is missing where a service is by its name alone."""
    try:
        service = service_name(text)
    except InvalidValueError as fault:
        return fault
    if service in _OWN_KINDS:
        return InvalidValueError(
            f"a grant to the service {service} names an account, not only the service",
            fix=f"Write '{_OWN_KINDS[service]}'",
            code="service-name",
        )
    return InvalidValueError(
        f"the service {service} has no source",
        why="It would pull for any account that uses it",
        fix=f"Write 'service: {{name: {service}, source_account: ACCOUNT}}', or another source",
        code="service-source",
    )


def lambda_by_account() -> InvalidValueError:
    """Send Lambda in one account to its own kind, which emits both statements that it takes."""
    return InvalidValueError(
        "Lambda needs two statements: the service's, and one for the account that creates the function",
        fix=f"Write '{_OWN_KINDS['lambda']}', which is both",
        code="service-name",
    )


def service_name(text: str) -> str:
    """Read the name of a service, with or without `.amazonaws.com`; refuse those that never pull and near misses."""
    name = bare(text)
    if name in NEVER_PULLS:
        raise InvalidValueError(
            f"{name} never pulls as a service",
            why=f"{NEVER_PULLS[name].capitalize()} does",
            fix="Grant access to that role with 'role:', or to its account with 'account:'",
            code="service-never-pulls",
        )
    if is_known(name):
        return name
    meant = nearest(name, KNOWN)
    if meant or not _SERVICE.fullmatch(name):
        fix = f"Did you mean '{meant}.amazonaws.com'?" if meant else "Write it like 'codebuild.amazonaws.com'"
        raise InvalidValueError(f"there is no service {quoted(text)}", fix=fix, code="service-name")
    return name


def is_known(name: str) -> bool:
    """Whether a service of that name is known to this release."""
    return name in KNOWN


def bare(text: str) -> str:
    """Return the name of a service without its domain, in lower case."""
    return _SUFFIX.sub("", text.lower())
