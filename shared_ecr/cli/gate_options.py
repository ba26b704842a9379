"""The options of a gate on scan findings: of `scan`, and of `copy` and `tag` where an image is promoted."""

import argparse
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shared_ecr.cli.durations import scan_time
from shared_ecr.cli.options import named_path
from shared_ecr.findings.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared_ecr.client.scanning.gate import PromotionGate, ScanRequest
    from shared_ecr.findings.acknowledgements import Acknowledgement
    from shared_ecr.findings.vulnerabilities.gate import ScanGate

SEVERITIES = ("critical", "high", "medium", "low", "informational")
_DEFAULT_WAIT = timedelta(minutes=10)


def add_gate_options(parser: argparse.ArgumentParser) -> None:
    """Add the gate of `scan`: from which severity on it stops, what it counts, how long it waits."""
    group = parser.add_argument_group("gate")
    group.add_argument(
        "--fail-on",
        choices=SEVERITIES,
        default="high",
        metavar="SEVERITY",
        help=f"the lowest severity that blocks: {', '.join(SEVERITIES)} (default: high)",
    )
    _add_counting(group)


def add_promotion_gate(parser: argparse.ArgumentParser) -> None:
    """Add `--gate`, and the options that belong to it."""
    group = parser.add_argument_group("gate", "with --gate, an image is written only if its scans pass")
    group.add_argument(
        "--gate",
        choices=SEVERITIES,
        metavar="SEVERITY",
        help="refuse (exit 1) an image with vulnerabilities of this severity or a higher one: "
        f"{', '.join(SEVERITIES)}; nothing is written then",
    )
    _add_counting(group)


def _add_counting(group: argparse._ArgumentGroup) -> None:  # argparse has no public name for it
    group.add_argument(
        "--unfixed",
        choices=("count", "ignore"),
        help="whether to count vulnerabilities without a fixed version; basic scanning does not say which those are "
        "(default: count)",
    )
    group.add_argument(
        "--unrated",
        choices=("count", "ignore"),
        help="whether to count vulnerabilities that have no severity yet (default: count)",
    )
    group.add_argument(
        "--unscanned", choices=("fail", "ok"), help="whether an image that is not scanned passes (default: fail)"
    )
    group.add_argument(
        "--allow",
        type=named_path,
        metavar="FILE",
        help="findings that are allowed, as a list 'acknowledged' with finding, repository, reason and until",
    )
    group.add_argument(
        "--wait",
        type=scan_time,
        metavar="TIME",
        help="how long to wait for scans to end, such as 30s, 10m or 1h (default: 10m)",
    )
    group.add_argument(
        "--scanning",
        choices=("basic", "enhanced"),
        help="the kind of scanning of a registry in another account, whose configuration cannot be read",
    )


def scan_gate(arguments: argparse.Namespace, fail_on: str) -> "ScanGate":
    """Return the gate that the options describe, and report on stderr which allowed findings do not count.

    Raises:
        InvalidDeclarationError: the file of allowed findings has problems.
    """
    from shared_ecr.findings.vulnerabilities.gate import ScanGate
    from shared_ecr.findings.vulnerabilities.severities import VulnerabilitySeverity

    allowed: tuple[Acknowledgement, ...] = ()
    if arguments.allow is not None:
        from shared_ecr.declaration.allowed_findings import load_allowed_findings

        allowed = load_allowed_findings(arguments.allow)
    gate = ScanGate(
        VulnerabilitySeverity(fail_on),
        datetime.now(UTC).date(),
        counts_unfixed=arguments.unfixed != "ignore",
        counts_unrated=arguments.unrated != "ignore",
        accepts_unscanned=arguments.unscanned == "ok",
        allowed=allowed,
    )
    for each in gate.expired:
        where = each.repository or "all repositories"
        print(f"warning: {arguments.allow}: {each.code} of {where}: {each.faults(gate.today)}", file=sys.stderr)
    return gate


def scan_request(arguments: argparse.Namespace) -> "ScanRequest":
    """Return how long to wait, and the kind of scanning that is stated."""
    from shared_ecr.client.scanning.gate import ScanRequest
    from shared_ecr.model.settings.scanning import ScanType

    kind = ScanType(arguments.scanning.upper()) if arguments.scanning else None
    return ScanRequest(_DEFAULT_WAIT if arguments.wait is None else arguments.wait, kind)


def promotion_gate(arguments: argparse.Namespace, said: "Callable[[str], None]") -> "PromotionGate | None":
    """Return the gate of a promotion, or None without `--gate`.

    Raises:
        UsageError: an option of the gate is given without it.
        InvalidDeclarationError: the file of allowed findings has problems.
    """
    if arguments.gate is None:
        options = ("unfixed", "unrated", "unscanned", "allow", "wait", "scanning")
        if given := [f"--{name}" for name in options if getattr(arguments, name) is not None]:
            raise UsageError(f"{', '.join(given)}: an option of the gate; add --gate SEVERITY, or leave it out")
        return None
    from shared_ecr.client.scanning.gate import PromotionGate

    return PromotionGate(scan_gate(arguments, arguments.gate), scan_request(arguments), said)
