"""Read account ids and the names a declaration gives them."""

from collections.abc import Mapping as MappingOf

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping, Node, Scalar
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId
from shared_ecr.text import did_you_mean, quoted

# Accounts that AWS's documentation uses in examples; in a real declaration they were pasted.
_EXAMPLES = frozenset({"000000000000", "123456789012", "111122223333", "444455556666", "777788889999"})


class DeclaredAccounts(dict[str, AccountId]):
    """The accounts by name, and the names whose ids have faults: a use of such a name is not a second fault."""

    def __init__(self) -> None:
        super().__init__()
        self.faulty: set[str] = set()


def read_accounts(reading: Reading, node: Node | None) -> dict[str, AccountId]:
    """Read the mapping of names to account ids at the top of the document."""
    accounts = DeclaredAccounts()
    if node is None:
        return accounts
    if not isinstance(node, Mapping):
        reading.expected(node, "accounts", "a mapping of names to account ids", "type-mapping")
        return accounts
    for name, value in node:
        path = join("accounts", name)
        account = read_account_id(reading, value, path)
        if account:
            accounts[name] = account
        else:
            accounts.faulty.add(name)
    return accounts


def read_account(reading: Reading, node: Node, path: str, accounts: MappingOf[str, AccountId]) -> AccountId | None:
    """Read an account by one of the declared names, or by its id."""
    if isinstance(node, Scalar) and node.text in accounts:
        return accounts[node.text]
    if isinstance(node, Scalar) and isinstance(accounts, DeclaredAccounts) and node.text in accounts.faulty:
        return None
    if isinstance(node, Scalar) and reading.is_variable(node, path):
        return None
    if (
        isinstance(node, Scalar)
        and isinstance(node.value, str)
        and any(map(str.isalpha, node.text))
        and not node.text.startswith("arn:")
    ):
        fault = InvalidValueError(
            f"no account is named {quoted(node.text)}",
            why="Names are declared under 'accounts' at the top of the file",
            fix=did_you_mean(node.text, accounts) or "Add it there, or write the 12 digits",
            code="account-name",
        )
        reading.note(node, path, fault)
        return None
    return read_account_id(reading, node, path)


def read_account_id(reading: Reading, node: Node, path: str) -> AccountId | None:
    """Read twelve digits; without quotes too, unless another reader would take them for an octal number."""
    if not isinstance(node, Scalar) or node.value is None or isinstance(node.value, bool):
        reading.expected(node, path, "an account id of 12 digits", "account-id")
        return None
    if reading.is_variable(node, path):
        return None
    if node.plain and node.text.startswith("0") and node.text.isdigit():
        reading.note(node, path, _octal(node.text))
        return None
    account = reading.attempt(node, path, lambda: AccountId.parse(node.text))
    if account and account.digits in _EXAMPLES:
        fault = InvalidValueError(
            f"{account} is an account of AWS's documentation",
            fix="Write your own account id, if this one was copied from there",
            code="account-example",
        )
        reading.warn(node, path, fault)
    return account


def _octal(text: str) -> InvalidValueError:
    """Refuse an unquoted leading zero: YAML 1.1 reads `012345671234` as the number 1402434204."""
    if set(text) <= set("01234567"):
        what = f"{text} is not quoted and starts with 0: many YAML readers take it for the number {int(text, 8)}"
    else:
        what = f"{text} is not quoted and starts with 0: many YAML readers lose the zero"
    return InvalidValueError(
        what,
        why="They would read another account id",
        fix=f"Quote it: '{text.zfill(12)}'",
        code="account-id-octal",
    )
