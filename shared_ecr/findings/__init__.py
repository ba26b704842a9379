"""Findings and their acknowledgements: the common vocabulary of check, lint, fate, access and review.

`finding` has the record that all of them share, alone and joined with what accepts it; each command adds where its
findings are. `acknowledgements` says which acceptances count. `problems` are the findings in a declaration,
`errors` the exceptions that this package raises, each with its exit code. `sarif` is what all SARIF reports share.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared_ecr.findings.acknowledgements import Acceptance, Acknowledgement, Acknowledgements
    from shared_ecr.findings.finding import Finding, JudgedFinding, Severity

__all__ = ["Acceptance", "Acknowledgement", "Acknowledgements", "Finding", "JudgedFinding", "Severity"]


def __getattr__(name: str) -> object:
    """Return one of the names above. Every command imports `errors`, and few of them have findings."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from shared_ecr.findings import acknowledgements, finding  # noqa: PLC0415 — start-up time

    return next(getattr(module, name) for module in (acknowledgements, finding) if name in vars(module))
