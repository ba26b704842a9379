"""What was found wrong, and which findings are accepted: the one vocabulary of check, lint, fate, access and review.

`finding` has the record that all of them share, alone and joined with what accepts it; each command adds where its
findings are. `acknowledgements` says which acceptances count. `problems` are the findings in a declaration,
`errors` the exceptions that this package raises, each with its exit code.
"""

from shared_ecr.findings.acknowledgements import Acceptance, Acknowledgement, Acknowledgements
from shared_ecr.findings.finding import Finding, JudgedFinding, Severity

__all__ = ["Acceptance", "Acknowledgement", "Acknowledgements", "Finding", "JudgedFinding", "Severity"]
