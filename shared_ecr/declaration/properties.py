"""Read the properties of one repository, after the defaults have entered."""

from shared_ecr.declaration.grants import Neighbours, read_grants
from shared_ecr.declaration.lifecycle import read_lifecycle
from shared_ecr.declaration.mutability import read_mutability
from shared_ecr.declaration.nodes import Mapping, Node, Scalar
from shared_ecr.declaration.reading import Reading, join
from shared_ecr.encryption import Aes256, Encryption, NamedKey, StackKey
from shared_ecr.errors import InvalidValueError
from shared_ecr.lifecycle import DEFAULT_POLICY
from shared_ecr.mutability import TagMutability
from shared_ecr.names import RepositoryName
from shared_ecr.repositories import RepositorySpec
from shared_ecr.text import quoted

PROPERTIES = ("grants", "lifecycle", "tag_mutability", "scan_on_push", "encryption", "tags")
# AWS::ECR::Repository, Tags:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ecr-repository.html
MAX_TAGS, MAX_KEY, MAX_VALUE = 50, 127, 255


def read_properties(
    reading: Reading, node: Mapping, path: str, neighbours: Neighbours, name: RepositoryName
) -> RepositorySpec:
    """Read every property of *node*; one with a fault, which is noted, has its default in the spec."""

    def at(key: str) -> tuple[Node | None, str]:
        return node.get(key), join(path, key)

    grants, grants_path = at("grants")
    lifecycle, lifecycle_path = at("lifecycle")
    mutability, mutability_path = at("tag_mutability")
    scan, scan_path = at("scan_on_push")
    encryption, encryption_path = at("encryption")
    tags, tags_path = at("tags")
    acknowledged = read_mutability(reading, mutability, mutability_path) if mutability else None
    tag_mutability, reasons = acknowledged or (TagMutability(), ())
    return RepositorySpec(
        name,
        grants=read_grants(reading, grants, grants_path, neighbours) if grants else (),
        lifecycle=(read_lifecycle(reading, lifecycle, lifecycle_path) if lifecycle else None) or DEFAULT_POLICY,
        tag_mutability=tag_mutability,
        scan_on_push=scan is None or reading.boolean(scan, scan_path) is not False,
        encryption=(_read_encryption(reading, encryption, encryption_path) if encryption else None) or StackKey(),
        tags=_read_tags(reading, tags, tags_path) if tags else (),
        reasons=reasons,
    )


def _read_encryption(reading: Reading, node: Node, path: str) -> Encryption | None:
    """Read `kms` (the stack makes the key), `aes256`, or `{kms: KEY-ARN}`."""
    if isinstance(node, Mapping):
        fields = reading.mapping(node, path, ("kms",), required=("kms",))
        key = fields.get("kms") if fields else None
        return reading.parsed(key, join(path, "kms"), NamedKey.parse) if key else None
    match reading.choice(node, path, ("kms", "aes256"), "encryption"):
        case "kms":
            return StackKey()
        case "aes256":
            return Aes256()
        case _:
            return None


def _read_tags(reading: Reading, node: Node, path: str) -> tuple[tuple[str, str], ...]:
    """Read the repository's own tags: `KEY: value`, those of AWS's `aws:` prefix excepted."""
    if not isinstance(node, Mapping):
        reading.expected(node, path, "a mapping of keys to values", "type-mapping")
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
    """Read one value; a number may stand without quotes where no reader can change it."""
    if isinstance(node, Scalar) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        if str(node.value) != node.text:
            what = f"{node.text} is not quoted: it reads as the number {node.value}"
            fault = InvalidValueError(what, fix=f"Quote it: '{node.text}'", code="tag-number")
            reading.note(node, path, fault)
        return node.text
    text = reading.text(node, path)
    if text is not None and not 1 <= len(text) <= MAX_VALUE:
        what = f"the value has {len(text)} characters; 1 to {MAX_VALUE} are allowed"
        reading.note(node, path, InvalidValueError(what, code="tag-value"))
    return text or ""
