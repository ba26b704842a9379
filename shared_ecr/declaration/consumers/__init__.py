"""Read consumers: one kind of consumer each, and what narrows it.

`callers` reads those who call with permissions of their own, `ci_systems` the roles of CI systems, `services` those
who pull by themselves, `narrowings` what is beside the kind; `mistakes` knows what people write instead. A new
kind is a function and a line in `_KINDS`.
"""

from collections.abc import Callable

from shared_ecr.declaration.consumers import callers, ci_systems, mistakes, services
from shared_ecr.declaration.consumers.narrowings import NARROWING_KEYS, read_narrowing
from shared_ecr.declaration.consumers.neighbours import ConsumerContext
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping, MappingEntry, Node, Scalar
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.principals import (
    EVERYWHERE,
    CodeBuildProject,
    Consumer,
    EmrServerless,
    LambdaFunctions,
    Narrowing,
    Service,
)
from shared_ecr.records import record
from shared_ecr.text import did_you_mean, listed, quoted

_KINDS: dict[str, Callable[[Reading, Node, str, ConsumerContext], Consumer | None]] = {
    "account": callers.read_account_consumer,
    "role": callers.read_role,
    "organization": callers.read_organization,
    "organizational_unit": callers.read_unit,
    "github_actions": ci_systems.read_github_actions,
    "gitlab_ci": ci_systems.read_gitlab_ci,
    "bitbucket": ci_systems.read_bitbucket,
    "circleci": ci_systems.read_circleci,
    "lambda": services.read_lambda,
    "codebuild": services.read_codebuild,
    "emr_serverless": services.read_emr_serverless,
    "service": services.read_service,
}
# They pull as themselves, so that a condition on the caller would never be met, and they never push.
SERVICES = (LambdaFunctions, CodeBuildProject, EmrServerless, Service)


@record
class ReadConsumer:
    """A consumer as one entry of a grant says it."""

    consumer: Consumer
    narrowing: Narrowing


def read_consumer(reading: Reading, node: Node, path: str, neighbours: ConsumerContext) -> ReadConsumer | None:
    """Read one kind of consumer with its name and what narrows it, or the word `organization`."""
    if isinstance(node, Scalar) and node.value == "organization":
        own = callers.own_organization(reading, node, path, neighbours)
        return ReadConsumer(own, EVERYWHERE) if own else None
    entry = _kind(reading, node, path, neighbours)
    if entry is None or not isinstance(node, Mapping):
        return None
    narrowing = read_narrowing(reading, node, path)
    consumer = _KINDS[entry.key.text](reading, entry.value, join(path, entry.key.text), neighbours)
    if consumer is None or narrowing is None:
        return None
    if isinstance(consumer, SERVICES) and narrowing != EVERYWHERE:
        reading.note(node, path, _not_for_services())
        return None
    return ReadConsumer(consumer, narrowing)


def _kind(reading: Reading, node: Node, path: str, neighbours: ConsumerContext) -> MappingEntry | None:
    """Find the one kind that *node* has; note what people write instead."""
    fault = mistakes.bare_scalar(node.text, neighbours.accounts) if isinstance(node, Scalar) else None
    if fault:
        reading.note(node, path, fault)
        return None
    keys = [each for each in node.entries if each.key.text not in NARROWING_KEYS] if isinstance(node, Mapping) else []
    kinds = [each for each in keys if each.key.text in _KINDS] if len(keys) > 1 else keys
    if len(kinds) != 1:
        several = f"; got {' and '.join(each.key.text for each in kinds)}: an entry each" if kinds else ""
        fix = f"Write it as KIND: NAME; the kinds are {listed(_KINDS)}{several}"
        reading.expected(node, path, "one consumer", "consumer", fix)
        return None
    (entry,) = kinds
    for other in keys:
        if other is not entry:
            fix = did_you_mean(other.key.text, NARROWING_KEYS) or f"Known beside a kind: {listed(NARROWING_KEYS)}"
            fault = InvalidValueError(f"unknown key {quoted(other.key.text)}", fix=fix, code="unknown-key")
            reading.note(other.key, join(path, other.key.text), fault)
            return None
    value_path = join(path, entry.key.text)
    if isinstance(entry.value, Scalar) and entry.value.text == "*":
        reading.note(entry.value, value_path, mistakes.public())
        return None
    if entry.key.text not in _KINDS:
        reading.note(entry.key, value_path, mistakes.unknown_kind(entry.key.text, entry.value, _KINDS))
        return None
    return entry


def _not_for_services() -> InvalidValueError:
    return InvalidValueError(
        "a service is not narrowed by 'through' or 'where'",
        why="A service has no principal tags and does not use your VPC, so it would never have access",
        fix="Narrow it by its source, or grant access to the role that runs there",
        code="service-narrowed",
    )
