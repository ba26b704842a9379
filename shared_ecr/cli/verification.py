"""`shared-ecr fate --verify`: our verdicts beside AWS's own preview, image by image."""

import argparse
import json
from contextlib import closing
from datetime import UTC, datetime

from shared_ecr.cli.images import chosen, declared, registries
from shared_ecr.cli.options import StepLog
from shared_ecr.client.aws.clients import AwsClients
from shared_ecr.client.aws.inventory import take_inventory
from shared_ecr.client.aws.previews import differences, preview
from shared_ecr.declaration.policy_sources import LifecycleSource
from shared_ecr.fate.uncertainty import judge
from shared_ecr.findings.errors import ExitCode, UsageError
from shared_ecr.text import counted


def verify(arguments: argparse.Namespace, policies: LifecycleSource) -> int:
    """Take an inventory, let AWS preview the policies, print where the two differ; exit code 1 when they do."""
    if arguments.images:
        raise UsageError("--verify reads the images from ECR; leave out --images")
    story, shown = StepLog(), []
    spec = None if arguments.policy else declared(arguments.file)
    with closing(AwsClients()) as clients:
        for registry in registries(arguments, spec, clients):
            for name in chosen(arguments, spec, clients, registry):
                policy = policies.of(name)
                if policy is None:
                    raise UsageError(f"{policies.source} has no policy for {name}")
                repository = take_inventory(clients, registry, name, story.said)
                story.said(f"{name}: waiting for AWS's preview")
                previewed = preview(clients, registry, name, policy)
                verdicts = judge(policy, repository.images, arguments.now or datetime.now(UTC))
                shown.append((repository, differences(verdicts, previewed)))
    differing = any(found for _, found in shown)
    if arguments.format == "json":
        rows = [
            {
                "name": repository.name,
                "region": repository.region,
                "images": len(repository.images),
                "differences": [{"digest": each.digest, "what": str(each)} for each in found],
            }
            for repository, found in shown
        ]
        print(json.dumps({"repositories": rows, "agrees": not differing}, indent=2))
    else:
        for repository, found in shown:
            verdict = f"AWS differs on {len(found)}" if found else "AWS agrees on each"
            print(f"{repository.title}: {counted(len(repository.images), 'image')}, {verdict}")
            for each in found:
                print(f"  {each}")
    return ExitCode.FINDINGS if differing else ExitCode.DONE
