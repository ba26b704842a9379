"""Commands of the AWS command line in our pages, run by the same models: `aws SERVICE OPERATION --parameter value`.

As a program it is an `aws` that knows `--query`, `--output` and `file://`, and nothing else.
"""

import json
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import boto3
import jmespath  # type: ignore[import-untyped]  # it has no types
from botocore import xform_name

from e2e.road import Done, Road

# Options about the form of the answer, which no call takes.
_FORMS = {"--query", "--output"}


def commands_of(page: Path, section: str = "") -> list[str]:
    """Return the commands of the console blocks of *page*, or of one *section*; a `\\` continues a line."""
    text = page.read_text(encoding="utf-8")
    if section:
        text = re.split(rf"^## {re.escape(section)}$", text, flags=re.MULTILINE)[1].split("\n## ")[0]
    blocks = re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL)
    joined = "".join(blocks).replace("\\\n", " ")
    return [" ".join(line[2:].split("  #")[0].split()) for line in joined.splitlines() if line.startswith("$ ")]


def run_aws(road: Road, command: str, **replaced: str) -> Done:
    """Make the call of *command* with boto3; *replaced* are what its capital words stand for."""
    for name, value in replaced.items():
        command = re.sub(rf"\b{name}\b", value, command)
    program, service, operation, *options = shlex.split(command)
    assert program == "aws", command
    client = boto3.client(service, **road._client())  # type: ignore[call-overload]  # the service is known at run time
    return Done(0, json.dumps(_answer(client, operation, options), default=str), "")


def main(service: str, operation: str, *options: str) -> None:
    """Print the answer of one call, made with the credentials and the address of the environment."""
    asked = dict(pairwise(options))
    query, output = asked.get("--query"), asked.get("--output")
    left = [word for name, word in pairwise(("", *options)) if not _FORMS & {name, word}]
    answer = _answer(boto3.client(service), operation, left)  # type: ignore[call-overload]  # as above
    found = jmespath.search(query, answer) if query else answer
    if output == "text":
        sys.stdout.writelines("\t".join(map(str, row)) + "\n" for row in found)
    else:
        sys.stdout.write(json.dumps(found, default=str, indent=4) + "\n")


def _answer(client: Any, operation: str, options: Sequence[str]) -> Any:
    found = next(name for name in client.meta.service_model.operation_names if xform_name(name, "-") == operation)
    shape = client.meta.service_model.operation_model(found).input_shape
    members = {xform_name(name, "-"): (name, member.type_name) for name, member in shape.members.items()}
    answer = getattr(client, xform_name(found))(**dict(_parameters(options, members)))
    answer.pop("ResponseMetadata", None)
    return answer


def _parameters(options: Sequence[str], members: dict[str, tuple[str, str]]) -> Iterator[tuple[str, Any]]:
    words = list(options)
    while words:
        option = words.pop(0).removeprefix("--")
        if option.startswith("no-") and option[3:] in members:
            yield members[option[3:]][0], False
            continue
        name, type_ = members[option]
        if type_ == "boolean":
            yield name, True
        elif type_ == "list":
            values = []
            while words and not words[0].startswith("--"):
                values.append(words.pop(0))
            yield name, values
        else:
            value = words.pop(0)
            yield name, Path(value.removeprefix("file://")).read_text() if value.startswith("file://") else value


if __name__ == "__main__":
    main(*sys.argv[1:])
