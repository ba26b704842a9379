"""Lifecycle policies as ECR admits them, judged by the reader of declarations, in the service's words where known.

The words are those people reported: each is in an issue of a tool that passes them on.
"""

import json

from shared_ecr.declaration.lifecycle import read_lifecycle
from shared_ecr.declaration.reader import Reading
from shared_ecr.documents.yaml import read_document
from shared_ecr.findings.problems import Problem, Severity
from shared_ecr.local.ecr.answers import ServiceError

_UNREADABLE = "Could not map policyString into LifecyclePolicy."
_UNTAGGED_TWICE = "Only one rule can select Untagged images per storage class."
_ANY_NOT_LAST = "Rule for tagStatus=ANY must have the lowest priority per storage class"
_NO_TAGS = "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED."


def require_lifecycle_policy(text: str) -> None:
    """Refuse *text* as a lifecycle policy; how long it may be is said by the shape of the request.

    Raises:
        ServiceError: it is not one.
    """
    if fault := _fault(text):
        raise ServiceError.invalid("LifecyclePolicyText", f"Lifecycle policy validation failure: '{fault}'")


def _fault(text: str) -> str | None:
    try:
        # YAML admits more than JSON does, and is what the reader below reads.
        json.loads(text)
    except ValueError:
        return _UNREADABLE
    document, problems = read_document(text.encode(), "")
    reading = Reading("")
    if document is not None:
        read_lifecycle(reading, document, "")
    errors = [problem for problem in (*problems, *reading.problems) if problem.severity is Severity.ERROR]
    return _in_their_words(errors[0]) if errors else None


def _in_their_words(problem: Problem) -> str:
    match problem.code:
        case "config-empty" | "config-shape":
            return _UNREADABLE
        case "lifecycle-any-last":
            return _ANY_NOT_LAST
        case "lifecycle-duplicate" if "untagged" in problem.what:
            return _UNTAGGED_TWICE
        case "lifecycle-tags":
            return _NO_TAGS
        case "missing-key":
            key = problem.what.split("'")[1]
            return f'object has missing required properties (["{key}"])'
        case _:
            return f"{problem.path}: {problem.what}"
