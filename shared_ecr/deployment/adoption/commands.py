"""The commands of an adoption, written once it is certified: prepared and shown first, executed then."""

import json
import shlex
from collections.abc import Mapping
from typing import Literal

from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry
from shared_ecr.documents.live import LiveRegistry
from shared_ecr.documents.live.live_registry import NAMED_BY, SINGLETONS
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.review.deployments import RETAINING

# The name of the change sets of an adoption.
_CHANGE_SET = "adopt"
_HEAD = """\
#!/bin/sh
# Written by 'shared-ecr adopt certify'. Read it, then run it line by line from the folder of the CDK app.
# It deploys the templates that were certified, and stops where files changed: certify again after each synthesis.
# Adopt one repository first, and look at it with 'shared-ecr adopt verify' before you continue: what CloudFormation
# does at an import can only be seen in a real account.
set -eu
"""


def mappings(wanted: WantedRegistry, live: LiveRegistry) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return, by stack, the identifiers of the resources that `cdk import` must be given.

    They are those that exist without the stack and that `--import-existing-resources` cannot import: what a registry
    has once has no name in the template, and AWS imports by the name only what is retained. `cdk import` adds the
    DeletionPolicy for the time of the import.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html
    """
    found: dict[str, dict[str, Mapping[str, str]]] = {}
    for each in wanted.resources.values():
        held = live.one(each.kind, each.name)
        if held is None or held.owner == each.stack or each.kind == CALLED_SETTING.type:
            continue
        if each.kind in SINGLETONS:
            found.setdefault(each.artifact, {})[each.logical_id] = {"RegistryId": str(live.account)}
        elif each.deletion_policy not in RETAINING:
            found.setdefault(each.artifact, {})[each.logical_id] = {NAMED_BY[each.kind]: each.name}
    return found


def script(wanted: WantedRegistry, live: LiveRegistry, folder: str, assembly: str, checksums: str) -> str:
    """Return the text of commands.sh.

    Args:
        wanted: what the synthesized app declares.
        live: the registry as it was.
        folder: the folder of the adoption.
        assembly: the synthesized app that was certified. Without it, CDK would synthesize again, and deploy what the
            declaration says then.
        checksums: the file of the folder with the checksums of *assembly*.
    """
    lines, folder, app = [_HEAD], shlex.quote(folder), f"--app {shlex.quote(assembly)}"
    lines += [
        "# 0. The files are those that were certified. macOS has no sha256sum.",
        f"$(command -v sha256sum || echo shasum -a 256) -c {folder}/{checksums}",
        "",
    ]
    stacks = sorted({(each.artifact, each.stack) for each in wanted.resources.values()})
    held, all_of_them = mappings(wanted, live), " ".join(artifact for artifact, _ in stacks)
    for artifact, _ in stacks:
        if artifact in held:
            lines += [
                "# 1. The settings that CloudFormation does not import by their name: the file has their identifiers.",
                f"cdk import {app} {artifact} --resource-mapping {folder}/mapping-{artifact}.json",
                "",
            ]
    lines += [
        "# 2. Everything else: prepare the change sets. Nothing is executed yet, so nothing is approved.",
        f"cdk deploy {app} {all_of_them} --import-existing-resources {_prepared('prepare')}",
        "",
        "# 3. Look: each adopted resource has the action Import, none is removed, and Replacement is never True.",
    ]
    lines += [
        f"aws cloudformation describe-change-set --stack-name {stack} --change-set-name {_CHANGE_SET} "
        "--query 'Changes[].ResourceChange.[Action,Replacement,LogicalResourceId]' --output table"
        for _, stack in stacks
    ]
    lines += [
        "",
        "# 4. Execute them.",
        *(f"cdk deploy {app} {artifact} {_prepared('execute')}" for artifact, _ in stacks),
        "",
        "# 5. Compare with what was there before.",
        f"shared-ecr adopt verify --folder {folder}",
        "",
    ]
    return "\n".join(lines)


def _prepared(action: Literal["prepare", "execute"]) -> str:
    """Return the options that make *action* of the change set without a question.

    Without a terminal the question ends `cdk deploy` with an error, after it has tried to delete the new stack.
    """
    return f"--method={action}-change-set --change-set-name {_CHANGE_SET} --require-approval never"


def render_mapping(mapping: Mapping[str, Mapping[str, str]]) -> str:
    """Render the mapping of one stack for `cdk import --resource-mapping`."""
    return f"{json.dumps(mapping, indent=2)}\n"
