"""Read `ci_roles`: the accounts in which stacks define the roles of CI systems that grants name."""

import re

from shared_ecr.declaration.accounts import read_account
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Node
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId
from shared_ecr.model.registry import CiRoles
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

KEY = "ci_roles"
_PROVIDERS = ("existing", "create")
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html, with a path.
_POLICY = LazyPattern(r"(?:[\w+=,.@-]+/)*[\w+=,.@-]{1,128}", re.ASCII)


def read_ci_roles(reading: Reading, node: Node | None, accounts: dict[str, AccountId]) -> CiRoles | None:
    """Read where the roles are defined; None where nothing is written, or where a fault was noted."""
    if node is None:
        return None
    fields = reading.mapping(node, KEY, ("accounts", "oidc_provider", "permissions_boundary"), required=("accounts",))
    listed = fields.get("accounts") if fields else None
    if fields is None or listed is None:
        return None
    items = list(reading.items(listed, join(KEY, "accounts")))
    read = [read_account(reading, item, path, accounts) for item, path in items]
    found = tuple(dict.fromkeys(account for account in read if account))
    provider = _provider(reading, fields.get("oidc_provider"))
    boundary = read_boundary(reading, fields.get("permissions_boundary"), join(KEY, "permissions_boundary"))
    if not found or len(found) != len(items):
        if items and None not in read:
            twice = InvalidValueError("an account is listed twice", fix="Remove one", code="ci-account")
            reading.note(listed, join(KEY, "accounts"), twice)
        if not items:
            empty = InvalidValueError("the list of accounts is empty", fix="Name one", code="ci-account")
            reading.note(listed, join(KEY, "accounts"), empty)
        return None
    return CiRoles(found, creates_providers=provider == "create", permissions_boundary=boundary)


def _provider(reading: Reading, node: Node | None) -> str | None:
    if node is None:
        return _PROVIDERS[0]
    path = join(KEY, "oidc_provider")
    text = reading.text(node, path)
    if text is not None and text not in _PROVIDERS:
        fault = InvalidValueError(
            f"{quoted(text)} is neither 'existing' nor 'create'",
            why="An account has one OIDC provider for each issuer, which this stack or another one owns",
            fix="Write 'create' where the account has none yet",
            code="ci-provider",
        )
        reading.note(node, path, fault)
    return text


def read_boundary(reading: Reading, node: Node | None, path: str) -> str | None:
    """Read the name of a managed policy that bounds roles; None where none is written, or a fault was noted."""
    if node is None:
        return None
    text = reading.text(node, path)
    if text is not None and not _POLICY.fullmatch(text):
        fault = InvalidValueError(
            f"{quoted(text)} is not the name of a managed policy",
            why="It is looked up in the account of each role, so write its name and not an ARN",
            fix="Write only the name, such as 'platform-boundary'",
            code="policy-name",
        )
        reading.note(node, path, fault)
        return None
    return text
