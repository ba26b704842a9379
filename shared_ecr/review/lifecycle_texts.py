"""The texts of lifecycle policies, read as strictly as ECR reads them; equal texts are read once."""

from functools import lru_cache

from shared_ecr.declaration.lifecycle import read_policy_document
from shared_ecr.declaration.pasted import broken, unplaced
from shared_ecr.declaration.wire import WireReading
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.findings.problems import Problem, Severity
from shared_ecr.model.lifecycle import LifecyclePolicy
from shared_ecr.records import record, replace
from shared_ecr.review.deployments import is_known

_REMEMBERED = 1_024
_NOT_JSON = "Paste what 'aws ecr get-lifecycle-policy' prints as lifecyclePolicyText"


@record
class ReadLifecycle:
    """One lifecycle policy."""

    policy: LifecyclePolicy | None = None
    """None too where ECR would refuse it, or where it is known only once deployed."""
    problems: tuple[Problem, ...] = ()


def read_lifecycle(text: str | None, file: str) -> ReadLifecycle:
    """Read the *text* of a policy; its problems call *file* by that name, and have no place in it.

    Nothing is accepted that only the declaration has: no YAML, no preset, no variable.
    """
    if text is None or not is_known(text):
        return ReadLifecycle()
    read = _read(text)
    return ReadLifecycle(read.policy, tuple(replace(each, file=file) for each in read.problems))


@lru_cache(maxsize=_REMEMBERED)
def _read(text: str) -> ReadLifecycle:
    fault = broken(text)
    if fault:
        what = f"not JSON: line {fault.line} column {fault.column} of the text: {fault.what}"
        return ReadLifecycle(None, (Problem("lifecycle-json", Severity.ERROR, what, fix=_NOT_JSON),))
    reading = WireReading("")
    try:
        policy = read_policy_document(reading, unplaced(text, ""), "")
    except InvalidValueError as error:
        return ReadLifecycle(
            None, (Problem(error.code, Severity.ERROR, error.what, error.why, error.fix_in_template or error.fix),)
        )
    problems = (replace(each, position=None) for each in reading.problems)
    return ReadLifecycle(None if reading.has_errors else policy, tuple(problems))
