"""What was found wrong, and which findings are accepted: the one vocabulary of check, lint, fate, access and review.

`finding` has the record that all of them share; each command adds where its findings are. `judged` joins a finding
with what accepts it, and `acknowledgements` says which acceptances count. `problems` are the findings in a declaration,
`errors` the exceptions that this package raises, each with its exit code.
"""

from shared_ecr.findings.acknowledgements import Acceptance, Acknowledgement, Acknowledgements
from shared_ecr.findings.finding import Finding, Severity
from shared_ecr.findings.judged import JudgedFinding

__all__ = ["Acceptance", "Acknowledgement", "Acknowledgements", "Finding", "JudgedFinding", "Severity"]
