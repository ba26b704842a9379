"""Commands of the AWS command line in our pages, run by the same models: `aws SERVICE OPERATION --parameter value`."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore import xform_name

from e2e.road import Done, Road


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
    found = next(name for name in client.meta.service_model.operation_names if xform_name(name, "-") == operation)
    shape = client.meta.service_model.operation_model(found).input_shape
    members = {xform_name(name, "-"): (name, member.type_name) for name, member in shape.members.items()}
    answer = getattr(client, xform_name(found))(**dict(_parameters(options, members)))
    answer.pop("ResponseMetadata", None)
    return Done(0, json.dumps(answer, default=str), "")


def _parameters(options: list[str], members: dict[str, tuple[str, str]]) -> Iterator[tuple[str, Any]]:
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
            yield name, words.pop(0)
