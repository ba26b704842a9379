"""Why a text is not a policy: every fault for which AWS refuses it, all of them at once."""

from collections.abc import Sequence

from shared_ecr.findings.errors import ExitCode, SharedEcrError
from shared_ecr.findings.problems import Problem, render
from shared_ecr.records import replace


class InvalidPolicyError(SharedEcrError):
    """A document is not a policy that AWS would store; `faults` has every reason, with its path in the policy."""

    exit_code = ExitCode.INVALID

    def __init__(self, faults: Sequence[Problem], where: str = "") -> None:
        self.faults = tuple(faults)
        self.where = where
        super().__init__(render([replace(fault, file=where) if where else fault for fault in self.faults]))
