"""`shared-ecr drift`: compare what is declared, what is deployed and what is live."""

import argparse
import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.live_options import add_pace, live_regions, load_live, read_live, require_whole
from shared_ecr.cli.options import Subcommands, add_file
from shared_ecr.findings.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared_ecr.deployment.adoption.drift_records import RepositoryDrift
    from shared_ecr.deployment.adoption.drift_reports import DriftReport
    from shared_ecr.documents.live import LiveRegistry
    from shared_ecr.model.registry import RegistrySpec
    from shared_ecr.review.deployments import Deployment

_ENDINGS = {".txt": "text", ".md": "markdown", ".json": "json", ".sarif": "sarif"}


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "drift",
        help="find changes outside of the declaration: policies by their effect, settings, missing repositories",
        description="Compare the declaration, the deployed stacks and the live registry with each other, with "
        "read-only calls. Exits 1 where there is drift that is not acknowledged. Reference: docs/how-to/drift.md",
        epilog="example: shared-ecr drift --save drift.md",
    )
    add_file(parser)
    parser.add_argument("--region", metavar="REGION", help="one Region (default: all that are declared)")
    parser.add_argument(
        "--except", dest="excluded", action="append", default=[], metavar="PATTERN",
        help="repositories to leave out; may be repeated",
    )  # fmt: skip
    parser.add_argument("--snapshot", type=Path, metavar="FILE", help="compare this snapshot instead of reading AWS")
    parser.add_argument("--no-deployed", action="store_true", help="do not ask for the templates of the stacks")
    parser.add_argument(
        "--strict", action="store_true", help="block on repositories and settings that are not declared, too"
    )
    add_pace(parser)
    parser.add_argument("--format", choices=tuple(_ENDINGS.values()), default="text", help="default: text")
    parser.add_argument(
        "--save", action="append", default=[], type=Path, metavar="FILE",
        help="also write the report to FILE; its extension is the format: .txt, .md, .json or .sarif; may be repeated",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the report; its conclusion is the exit code."""
    from shared_ecr.cli.saved_files import write_whole
    from shared_ecr.declaration import load

    for path in arguments.save:
        if path.suffix not in _ENDINGS:
            raise UsageError(f"--save {path}: write a file that ends in {', '.join(_ENDINGS)}")
    registry = load(arguments.file, os.environ).registry
    reports = [_report(arguments, registry, live) for live in _lives(arguments, registry)]
    for path in arguments.save:
        write_whole(path, _rendered(reports, _ENDINGS[path.suffix], str(arguments.file)) + "\n")
    print(_rendered(reports, arguments.format, str(arguments.file)))
    for report in reports:
        require_whole(report.live, is_partial=arguments.partial)
    return ExitCode.FINDINGS if any(report.blocks for report in reports) else ExitCode.DONE


def _lives(arguments: argparse.Namespace, registry: "RegistrySpec") -> "list[LiveRegistry]":
    if arguments.snapshot:
        lives = [load_live(arguments.snapshot)]
    else:
        is_partial, arguments.partial = arguments.partial, True
        regions = live_regions(arguments, registry)
        lives = [read_live(arguments, region, registry.stack_names, with_public=True) for region in regions]
        arguments.partial = is_partial
    for live in lives:
        if live.account != registry.account or live.region not in registry.regions:
            raise UsageError(
                f"the registry of {live.account} in {live.region} is not the declared one; check AWS_PROFILE, "
                "--region and --file"
            )
    return lives


def _report(arguments: argparse.Namespace, registry: "RegistrySpec", live: "LiveRegistry") -> "DriftReport":
    from shared_ecr.access.trust_boundary import TrustBoundary
    from shared_ecr.deployment.adoption.drift import drifts
    from shared_ecr.deployment.adoption.drift_records import DriftQuestion
    from shared_ecr.deployment.adoption.drift_reports import DriftReport, in_reading_order
    from shared_ecr.deployment.adoption.stack_made import declared_registry, deployed_with_parts
    from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry
    from shared_ecr.documents.live.live_registry import PUBLIC_REPOSITORY, REPOSITORY
    from shared_ecr.findings import Acknowledgements, JudgedFinding
    from shared_ecr.model.filters import wildcard_matches
    from shared_ecr.records import replace

    def is_meant(name: str) -> bool:
        return not any(wildcard_matches(pattern, name) for pattern in arguments.excluded)

    # A snapshot may have been taken without the public repositories.
    with_public = not arguments.snapshot or any(live.of(PUBLIC_REPOSITORY))
    declared = declared_registry(registry, live.home, with_public=with_public)
    is_asked = not (arguments.no_deployed or arguments.snapshot)
    side = _deployed(registry, live) if is_asked else None
    deployed = deployed_with_parts(side, live.home) if side else WantedRegistry({}) if is_asked else declared
    kept = tuple(each for each in live.resources if each.kind != REPOSITORY or is_meant(each.name))
    live = replace(live, resources=kept)
    organization = str(registry.organization) if registry.organization else None
    accounts = frozenset({str(registry.account), *map(str, registry.accounts.values())})
    question = DriftQuestion(
        live,
        declared.selected(is_meant),
        deployed.selected(is_meant),
        registry.stack_names,
        TrustBoundary(organization, accounts),
        is_strict=arguments.strict,
    )
    found = [*drifts(question), *_notifications(arguments, registry, live, side)]
    accepted, today = Acknowledgements(registry.acknowledged), datetime.now(UTC).date()
    judged = [
        JudgedFinding(finding, accepted.accepting(finding.code, finding.subject, today))
        for each in found
        for finding in each.findings
    ]
    return DriftReport(live, found, in_reading_order(judged))


def _deployed(registry: "RegistrySpec", live: "LiveRegistry") -> "Deployment | None":
    """Read what the stacks of the declaration have deployed; None where there is no stack."""
    from tempfile import TemporaryDirectory

    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.client.aws.deployed_templates import deployed_templates
    from shared_ecr.review.documents import DeploymentTarget, load_deployment

    with closing(AwsClients()) as clients:
        templates = deployed_templates(clients, live.region, registry.stack_names)
    if not templates:
        return None
    with TemporaryDirectory(prefix="shared-ecr-") as folder:
        for stack, text in templates.items():
            (Path(folder) / f"{stack}.json").write_text(text, encoding="utf-8")
        return load_deployment(Path(folder), DeploymentTarget(str(live.account), live.region))


def _notifications(
    arguments: argparse.Namespace, registry: "RegistrySpec", live: "LiveRegistry", side: "Deployment | None"
) -> "Iterator[RepositoryDrift]":
    """Yield the drift of declared notifications, which are not a part of ECR's registry."""
    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.client.aws.registry.notifications import read_notifications
    from shared_ecr.deployment.adoption.notification_drift import (
        NotificationStates,
        declares_notifications,
        notification_drift,
    )
    from shared_ecr.review.event_rules import event_rules

    if not declares_notifications(registry.settings):
        return
    read = None
    if not arguments.snapshot:
        with closing(AwsClients()) as clients:
            read = read_notifications(clients, live.region, registry.stack_names, arguments.rate)
    patterns = None
    if side:
        rules = [each.resource for each in event_rules(side)]
        patterns = {each.origin.logical_id: each.properties.get("EventPattern") for each in rules}
    yield notification_drift(NotificationStates(registry.settings, read, patterns))


def _rendered(reports: "Sequence[DriftReport]", form: str, declaration: str) -> str:
    import json

    from shared_ecr.deployment.adoption.drift_reports import render_document, render_markdown, render_sarif, render_text

    match form:
        case "markdown":
            return render_markdown(reports)
        case "json":
            return json.dumps(render_document(reports), indent=2)
        case "sarif":
            from importlib.metadata import version

            return json.dumps(render_sarif(reports, version("shared-ecr"), declaration), indent=2)
        case _:
            return "\n\n".join(map(render_text, reports))
