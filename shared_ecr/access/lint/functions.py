"""Rules about the grant that Lambda needs to run images of another account.

It takes two statements: one for the account whose principals create the function, one for the service that pulls.
https://docs.aws.amazon.com/lambda/latest/dg/images-create.html (Amazon ECR cross-account permissions)
"""

from collections.abc import Iterator

from shared_ecr.access.actions import bits
from shared_ecr.access.callers import Caller
from shared_ecr.access.lint.findings import LintedPolicy, PolicyFinding, PolicyHolder, note, warning
from shared_ecr.access.policy_model import Effect, Statement
from shared_ecr.access.principals import PrincipalMatch
from shared_ecr.model.names.accounts import ACCOUNT_ID_IN_TEXT

_LAMBDA = "lambda.amazonaws.com"
_PULL = bits(("BatchGetImage", "GetDownloadUrlForLayer"))
_SOURCE_KEYS = frozenset({"aws:sourcearn", "aws:sourceaccount"})


def half_of_lambda(subject: LintedPolicy) -> Iterator[PolicyFinding]:
    """A grant to Lambda in another account, without the grant to that account."""
    if subject.holder is PolicyHolder.REGISTRY:
        return
    for statement in subject.policy.statements:
        if statement.effect is Effect.ALLOW and _LAMBDA in statement.principal.services:
            for account in dict.fromkeys(_accounts(statement)):
                if account != subject.target.account and not _may_pull(subject, account):
                    # Where the registry's account is not known, it can be the one of the functions.
                    make = warning if subject.knows_its_account else note
                    yield make(
                        "lambda-incomplete", statement,
                        f"Lambda may pull for functions of account {account}, and no principal of that account may",
                        "To create the function, a role of the account must be allowed to pull the image, too",
                        f"Allow the pull to account {account} in a second statement",
                    )  # fmt: skip


def _accounts(statement: Statement) -> Iterator[str]:
    for condition in statement.conditions:
        if condition.looked_up in _SOURCE_KEYS:
            for value in condition.values:
                yield from ACCOUNT_ID_IN_TEXT.findall(value)


def _may_pull(subject: LintedPolicy, account: str) -> bool:
    """Whether some statement allows a pull to some principal of *account*."""
    given = 0
    someone = Caller.from_arn(f"arn:{subject.target.partition}:iam::{account}:root")
    for statement in subject.policy.statements:
        names_it = any(account in text for _, text in statement.principal.written)
        if statement.effect is Effect.ALLOW and (
            names_it or statement.principal.means(someone) is not PrincipalMatch.NOT
        ):
            given |= statement.action.actions
    return given & _PULL == _PULL
