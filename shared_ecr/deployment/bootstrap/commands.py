"""The commands that bootstrap every account and Region of a deployment, each for one with credentials of the account.

https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html; the options are those of `cdk bootstrap --help`.
"""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

from shared_ecr.deployment.bootstrap.environments import BootstrapEnvironment
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

DEFAULT_QUALIFIER = "hnb659fds"
# The template's parameter allows more; the qualifier is also a part of a bucket's name, which is lower case.
_QUALIFIER = LazyPattern(r"[a-z0-9]{1,10}")
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
_POLICY_NAME = LazyPattern(r"[\w+=,.@-]{1,128}", re.ASCII)


@record
class BootstrapOptions:
    """How the environments are bootstrapped; what is left out has CDK's default."""

    qualifier: str = DEFAULT_QUALIFIER
    template: str | None = None
    """The file of a template of one's own, such as `bootstrap template` writes."""
    execution_policy: str | None = None
    """The name of the managed policy that CloudFormation deploys with; None is AdministratorAccess."""
    permissions_boundary: str | None = None
    """The name of the managed policy that bounds every role of the bootstrap stack."""

    def __post_init__(self) -> None:
        check_qualifier(self.qualifier)
        for name in (self.execution_policy, self.permissions_boundary):
            if name is not None and not _POLICY_NAME.fullmatch(name):
                raise InvalidValueError(
                    f"{quoted(name)} is not the name of an IAM policy",
                    why="It has 1 to 128 letters, digits and +=,.@_-",
                    fix="Write the name alone, without its ARN",
                    code="policy-name",
                )


@record
class AccountCommands:
    """What is typed with the credentials of one account."""

    environment: BootstrapEnvironment
    commands: tuple[tuple[str, ...], ...]
    """Each as an argument vector."""


def check_qualifier(text: str) -> str:
    """Return *text* if it is a qualifier.

    Raises:
        InvalidValueError: it is not.
    """
    if not _QUALIFIER.fullmatch(text):
        raise InvalidValueError(
            f"{quoted(text)} is not a bootstrap qualifier",
            why="It is a part of the names of a bucket and of roles, and has 1 to 10 lower-case letters and digits",
            fix=f"Write one such as 'ecr', or leave it out for CDK's own '{DEFAULT_QUALIFIER}'",
            code="bootstrap-qualifier",
        )
    return text


def policy_file(account: AccountId) -> str:
    """Return the name of the file that holds the execution policy of *account*."""
    return f"execution-policy-{account}.json"


def account_commands(
    environments: Sequence[BootstrapEnvironment], options: BootstrapOptions
) -> Iterator[AccountCommands]:
    """Yield what bootstraps each of *environments*, in order; the policy of an account is created once, before."""
    created: set[AccountId] = set()
    for each in environments:
        commands = []
        if options.execution_policy and each.account not in created:
            commands.append(_create_policy(options.execution_policy, each.account))
            created.add(each.account)
        commands.append(_bootstrap(each, options))
        yield AccountCommands(each, tuple(commands))


def shown(commands: Sequence[AccountCommands], names: Mapping[AccountId, str]) -> str:
    """Return *commands* as lines of a shell, with a comment on whose credentials each needs."""
    lines = []
    for each in commands:
        account = each.environment.account
        called = f" ({names[account]})" if account in names else ""
        lines.append(f"# with credentials of account {account}{called}: {each.environment.purpose}")
        lines += [shlex.join(command) for command in each.commands]
    return "\n".join(lines)


def _create_policy(name: str, account: AccountId) -> tuple[str, ...]:
    document = f"file://{policy_file(account)}"
    return ("aws", "iam", "create-policy", "--policy-name", name, "--policy-document", document)


def _bootstrap(environment: BootstrapEnvironment, options: BootstrapOptions) -> tuple[str, ...]:
    partition = environment.region.partition
    owner, name = "aws", "AdministratorAccess"
    if options.execution_policy:
        owner, name = str(environment.account), options.execution_policy
    words = ["cdk", "bootstrap", environment.name]
    if options.template:
        words += ["--template", options.template]
    if options.qualifier != DEFAULT_QUALIFIER:
        words += ["--qualifier", options.qualifier, "--toolkit-stack-name", f"CDKToolkit-{options.qualifier}"]
    if environment.trusted:
        words += ["--trust", str(environment.trusted)]
    words += ["--cloudformation-execution-policies", f"arn:{partition}:iam::{owner}:policy/{name}"]
    if options.permissions_boundary:
        boundary = options.permissions_boundary
        words += ["--custom-permissions-boundary", boundary, "--apply-permissions-boundary-to-all-roles"]
    return (*words, "--deny-external-id", "--termination-protection")
