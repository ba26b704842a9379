"""Read the properties of one repository, after the defaults have entered."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from shared_ecr.declaration.grants import ConsumerContext, read_grants, read_perimeter
from shared_ecr.declaration.lifecycle import read_lifecycle
from shared_ecr.declaration.mutability import read_mutability
from shared_ecr.declaration.pasted_policy import refuse_pasted_policy
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.removal import read_removal
from shared_ecr.documents.nodes import Mapping, Node, Scalar
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.encryption import Aes256, AwsKey, DualLayer, Encryption, NamedKey, StackKey
from shared_ecr.model.lifecycle import DEFAULT_POLICY, LifecyclePolicy, NoLifecyclePolicy
from shared_ecr.model.mutability import TagMutability
from shared_ecr.model.names import RepositoryName
from shared_ecr.model.permissions import Grant, Perimeter, VerbatimStatement
from shared_ecr.model.repositories import RepositorySpec, RetainOnRemoval
from shared_ecr.text import quoted

T = TypeVar("T")

PROPERTIES = (
    "grants",
    "lifecycle",
    "tag_mutability",
    "scan_on_push",
    "encryption",
    "tags",
    "on_removal",
    "perimeter",
    "statements",
)
# Control Tower's name for "the repository has a lifecycle policy".
_LIFECYCLE_CONTROL = "CT.ECR.PR.1"
# AWS::ECR::Repository, Tags:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ecr-repository.html
MAX_TAGS, MAX_KEY, MAX_VALUE = 50, 127, 255
_ENCRYPTIONS: dict[str, Encryption] = {"kms": StackKey(), "aes256": Aes256(), "kms_dsse": DualLayer(StackKey())}
# What AWS calls the key that it makes and manages for ECR.
_AWS_KEY = "aws/ecr"


def read_properties(
    reading: Reading, node: Mapping, path: str, neighbours: ConsumerContext, name: RepositoryName
) -> RepositorySpec:
    """Read every property of *node*; one with a fault, which is noted, has its default in the spec."""

    def read(key: str, make: Callable[[Reading, Node, str], T | None]) -> T | None:
        written = node.get(key)
        return None if written is None else reading.once(written, key, lambda: make(reading, written, join(path, key)))

    refuse_pasted_policy(reading, node, path)
    lifecycle: LifecyclePolicy | NoLifecyclePolicy = read("lifecycle", read_lifecycle) or DEFAULT_POLICY
    tag_mutability, reasons = read("tag_mutability", read_mutability) or (TagMutability(), ())
    return RepositorySpec(
        name,
        grants=read("grants", partial(_read_grants, neighbours)) or (),
        lifecycle=lifecycle,
        tag_mutability=tag_mutability,
        scan_on_push=read("scan_on_push", Reading.boolean) is not False,
        encryption=read("encryption", _read_encryption) or StackKey(),
        tags=read("tags", _read_tags) or (),
        reasons=(*reasons, *_lifecycle_reasons(lifecycle)),
        perimeter=read("perimeter", partial(_read_perimeter, neighbours)),
        on_removal=read("on_removal", read_removal) or RetainOnRemoval(),
        statements=read("statements", _read_statements) or (),
    )


def _lifecycle_reasons(lifecycle: LifecyclePolicy | NoLifecyclePolicy) -> tuple[tuple[str, str], ...]:
    return ((_LIFECYCLE_CONTROL, lifecycle.reason),) if isinstance(lifecycle, NoLifecyclePolicy) else ()


def _read_statements(reading: Reading, node: Node, path: str) -> tuple[VerbatimStatement, ...]:
    # The linter is loaded where a declaration has statements; most have none.
    from shared_ecr.declaration.statements import read_statements  # noqa: PLC0415 — see above

    return read_statements(reading, node, path)


def _read_grants(neighbours: ConsumerContext, reading: Reading, node: Node, path: str) -> tuple[Grant, ...]:
    return read_grants(reading, node, path, neighbours)


def _read_perimeter(neighbours: ConsumerContext, reading: Reading, node: Node, path: str) -> Perimeter | None:
    return read_perimeter(reading, node, path, neighbours)


def _read_encryption(reading: Reading, node: Node, path: str) -> Encryption | None:
    """Read `kms` (the stack makes the key), `aes256`, `kms_dsse`, or `{kms: KEY}` and `{kms_dsse: KEY}`.

    KEY is the ARN of a key, or `aws/ecr` for the one that AWS makes and manages.
    """
    if isinstance(node, Scalar) and node.text.startswith("arn:"):
        fault = InvalidValueError(
            f"{quoted(node.text)} is only the key", fix=f"Write {{kms: {node.text}}}", code="encryption"
        )
        reading.note(node, path, fault)
        return None
    if not isinstance(node, Mapping):
        word = reading.choice(node, path, _ENCRYPTIONS, "encryption")
        return _ENCRYPTIONS[word] if word else None
    if node.get("aes256") is not None:
        fix = "Write {kms: KEY-ARN}, or 'aes256' without a key"
        fault = InvalidValueError("a key needs encryption 'kms'", fix=fix, code="encryption-key")
        reading.note(node, path, fault)
        return None
    fields = reading.mapping(node, path, ("kms", "kms_dsse"))
    kind = reading.one_of(node, path, ("kms", "kms_dsse")) if fields else None
    written = node.get(kind) if kind else None
    key = reading.parsed(written, join(path, kind), _key) if kind and written else None
    if key is None:
        return None
    return DualLayer(key) if kind == "kms_dsse" else key


def _key(text: str) -> NamedKey | AwsKey:
    return AwsKey() if text == _AWS_KEY else NamedKey.parse(text)


def _read_tags(reading: Reading, node: Node, path: str) -> tuple[tuple[str, str], ...]:
    """Read the repository's own tags: `KEY: value`, those of AWS's `aws:` prefix excepted."""
    if not isinstance(node, Mapping):
        reading.expected(node, path, "a mapping of keys to values", "type-mapping", "Write {KEY: VALUE}")
        return ()
    if len(node.entries) > MAX_TAGS:
        fault = InvalidValueError(f"{len(node.entries)} tags; {MAX_TAGS} are allowed", code="tag-count")
        reading.note(node, path, fault)
    for entry in node.entries:
        key = entry.key.text
        if key.lower().startswith("aws:") or not 1 <= len(key) <= MAX_KEY:
            what = f"the tag key {quoted(key)} is refused by AWS"
            why = f"Keys have 1 to {MAX_KEY} characters and do not begin with 'aws:'"
            reading.note(entry.key, join(path, key), InvalidValueError(what, why=why, code="tag-key"))
    return tuple(sorted((key, _read_tag_value(reading, value, join(path, key))) for key, value in node))


def _read_tag_value(reading: Reading, node: Node, path: str) -> str:
    """Read one value; a number may be written without quotes where no reader can change it."""
    if isinstance(node, Scalar) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        if str(node.value) != node.text:
            what = f"{node.text} is not quoted: it reads as the number {node.value}"
            fault = InvalidValueError(what, fix=f"Quote it: '{node.text}'", code="tag-number")
            reading.note(node, path, fault)
        return node.text
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        reading.expected(node, path, "a text", "type-text", f"Quote it: '{node.text}'")
        return ""
    text = reading.text(node, path)
    if text is not None and not 1 <= len(text) <= MAX_VALUE:
        what = f"the value has {len(text)} characters; 1 to {MAX_VALUE} are allowed"
        reading.note(node, path, InvalidValueError(what, code="tag-value"))
    return text or ""
