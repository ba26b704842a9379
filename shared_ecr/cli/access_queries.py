"""`shared-ecr access decide`, `why` and `lint`: single requests, one cell explained, one policy judged."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.access_inputs import add_source, gather, subjects_of
from shared_ecr.cli.options import add_format, named_path
from shared_ecr.findings.errors import ExitCode, UsageError
from shared_ecr.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared_ecr.access.callers import Caller
    from shared_ecr.access.lint import LintedPolicy, PolicyFinding
    from shared_ecr.cli.access_inputs import AccessInput
    from shared_ecr.cli.options import Subcommands

# Text without a meaning is bad input; a policy that AWS would refuse is a finding.
_NO_POLICY = {"policy-json", "policy-duplicate", "policy-nesting"}


def add_decide(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register `decide`."""
    parser = subcommands.add_parser(
        "decide",
        help="answer requests: one JSON object on each line of stdin",
        description='Answer each line of stdin with {"decision", "statement", "conditions", "why"}; a line that cannot '
        'be read is answered with {"error"}, and the command exits 2 at the end. The shape of a request is in '
        "docs/reference/access.md.",
    )
    parser.set_defaults(run=run_decide)


def run_decide(_: argparse.Namespace) -> int:
    """Answer every line of stdin as it comes."""
    import json

    from shared_ecr.access.decisions import answers

    code = ExitCode.DONE
    lines = (line.decode("utf-8", errors="replace") for line in sys.stdin.buffer)
    for answer in answers(lines):
        print(json.dumps(answer.document, ensure_ascii=False), flush=True)
        if answer.is_error:
            code = ExitCode.INVALID
    return code


def add_why(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register `why`."""
    parser = subcommands.add_parser(
        "why",
        help="explain what one principal may do with one repository",
        description="Explain, statement by statement, why a principal may or may not pull, push or administer, and "
        "what to write into the declaration to change it. Exits 0 whatever the answer.",
    )
    parser.add_argument(
        "principal", metavar="ROLE_ARN", help="an ARN, an account id, or a service (lambda.amazonaws.com)"
    )
    parser.add_argument("name", metavar="NAME", help="the repository")
    parser.add_argument("level", choices=("pull", "push", "admin"), metavar="LEVEL", help="pull, push or admin")
    add_source(parser, inherited=True)
    add_format(parser)
    parser.set_defaults(run=run_why)


def run_why(arguments: argparse.Namespace) -> int:
    """Print the explanation."""
    import json

    from shared_ecr.access.capabilities import CAPABILITIES
    from shared_ecr.access.explanations import explain
    from shared_ecr.access.matrix import AT_MOST
    from shared_ecr.text import did_you_mean, quoted

    found = gather(arguments)
    rows = [each for each in found.rows if arguments.region in {None, each.target.region}]
    # A template whose policy depends on open values has a row for each of its policies.
    rows = [each for each in rows if each.target.name == arguments.name]
    if not rows:
        meant = did_you_mean(arguments.name, [each.target.name for each in found.rows])
        raise UsageError(f"there is no repository {quoted(arguments.name)}{f'. {meant}' if meant else ''}")
    which = next(number for number, each in enumerate(CAPABILITIES) if each.name == arguments.level)
    said = []
    for row in rows if any(each.world for each in rows) else rows[:1]:
        caller = _caller(arguments.principal, found, row.target.account, row.target.partition)
        said.append((row.name, explain(row, caller, CAPABILITIES[which], which, _as_consumer(caller, found))))
    if arguments.format == "json":
        shown = [{"repository": name, **explanation.document} for name, explanation in said]
        answer = {"principal": arguments.principal, "level": arguments.level, "at_most": AT_MOST, "explanations": shown}
        print(json.dumps(answer, indent=2))
    else:
        for name, explanation in said:
            print(f"{arguments.level} {name} as {arguments.principal}: {explanation}")
    return ExitCode.DONE


def _caller(text: str, found: "AccessInput", registry: str, partition: str) -> "Caller":
    from shared_ecr.access.callers import Caller, Identity

    if text.startswith("arn:"):
        caller = Caller.from_arn(text)
    elif text.isdigit():
        from shared_ecr.model.names import AccountId

        caller = Caller.unnamed_role(str(AccountId.parse(text)), partition)
    elif "." in text:
        return Caller.of_service(text)
    else:
        raise UsageError(f"'{text}' is neither an ARN, nor an account id, nor a service such as lambda.amazonaws.com")
    # The caller's own policies are not known; from outside, the answer is the most that the caller can do.
    caller = caller.with_identity(Identity.UNKNOWN if caller.account == registry else Identity.ALLOWS)
    if found.known.organization and caller.account in {registry, *found.known.accounts}:
        return caller.in_organization(found.known.organization, (f"{found.known.organization}/r-none/",))
    return caller


def _as_consumer(caller: "Caller", found: "AccessInput") -> str:
    """Say how the declaration names *caller*."""
    if caller.account is None:
        return "account: ACCOUNT" if caller.service != "lambda.amazonaws.com" else "lambda: ACCOUNT"
    account = found.accounts.get(caller.account, f'"{caller.account}"')
    role = (caller.principal_arn or "").partition(":role/")[2]
    return f"role: {{ account: {account}, name: {role} }}" if role and caller.names else f"account: {account}"


def add_lint(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register `lint`."""
    parser = subcommands.add_parser(
        "lint",
        help="find policies that are public, have no effect, or would be refused by AWS",
        description="Check every ECR policy in the files. A file is a policy in JSON, a CloudFormation template, "
        "cdk.out, or a declaration. Exits 1 where a finding is an error; warnings and notes do not block.",
    )
    parser.add_argument("files", nargs="+", type=named_path, metavar="FILE")
    parser.add_argument("--registry", action="store_true", help="the policies in JSON are registry policies")
    add_source(parser, inherited=True)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")
    parser.set_defaults(run=run_lint)


def run_lint(arguments: argparse.Namespace) -> int:
    """Print every finding."""
    from shared_ecr.access.lint import lint, refused
    from shared_ecr.documents.policy_faults import InvalidPolicyError

    found: list[tuple[str, PolicyFinding]] = []
    for file in arguments.files:
        try:
            for where, subject in _subjects(file, arguments):
                found += [(where, finding) for finding in lint(subject)]
        except InvalidPolicyError as error:
            found += [(error.where or str(file), finding) for finding in refused(error)]
    if arguments.format == "json":
        import json

        print(json.dumps({"findings": [{"policy": where, **each.as_json()} for where, each in found]}, indent=2))
    else:
        for where, finding in found:
            print(f"{where}: {finding}")
        from shared_ecr.text import counted

        total = f"{counted(len(found), 'finding')} in {counted(len(arguments.files), 'file')}"
        print(total, file=sys.stderr)
    if any(finding.code in _NO_POLICY for _, finding in found):
        return ExitCode.INVALID
    return ExitCode.FINDINGS if any(each.blocks for _, each in found) else ExitCode.DONE


def _subjects(file: Path, arguments: argparse.Namespace) -> "Iterator[tuple[str, LintedPolicy]]":
    """Give the policies of *file*: itself where it is one, else those in it."""
    from shared_ecr.access.lint import LintedPolicy, PolicyHolder
    from shared_ecr.access.policy_reader import read_policy
    from shared_ecr.documents.input_files import read_text
    from shared_ecr.documents.json_text import read_json

    if file.is_dir() or file.suffix in {".yaml", ".yml"}:
        yield from subjects_of(file, arguments)
        return
    data = read_json(read_text(file, errors="replace"), str(file))
    if isinstance(data, dict) and "Resources" in data:
        yield from subjects_of(file, arguments)
        return
    holder = PolicyHolder.REGISTRY if arguments.registry else PolicyHolder.REPOSITORY
    subject = LintedPolicy(read_policy(data, str(file)), holder)
    account, region = arguments.account, arguments.region
    if account:
        subject = replace(subject, target=replace(subject.target, account=account, region=region or "us-east-1"))
    yield str(file), subject
