"""Read which images a lifecycle rule looks at, and how it counts them."""

from collections.abc import Callable

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.tag_filters import warn_of_unmatched_pattern, warn_of_unmatched_prefix
from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.lifecycle import (
    AnyImage,
    ArchivedAge,
    Count,
    NewestImages,
    PulledAge,
    PushedAge,
    Selection,
    TaggedLike,
    TaggedWith,
    Untagged,
)

# The largest whole number of 32 bits, as which ECR reads a count (no maximum is documented):
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
MAX_COUNT = 2**31 - 1
_KEYS = ("tagStatus", "tagPatternList", "tagPrefixList", "storageClass", "countType", "countUnit", "countNumber")
_AGES: dict[str, Callable[[int], Count]] = {
    "sinceImagePushed": PushedAge,
    "sinceImagePulled": PulledAge,
    "sinceImageTransitioned": ArchivedAge,
}


def read_selections(
    reading: Reading, node: Node, path: str, *, as_ecr: bool
) -> tuple[tuple[Selection, ...], Count] | None:
    """Read a rule's selection and its count; an `any_of` in a list of tags is a selection for each of its entries.

    With *as_ecr* nothing is taken that ECR would refuse: no `any_of`.
    """
    fields = reading.mapping(node, path, _KEYS, required=("tagStatus", "countType", "countNumber"))
    if fields is None:
        return None
    selections = _read_tag_status(reading, fields, path, as_ecr=as_ecr)
    count = _read_count(reading, fields, path)
    return (selections, count) if selections and count else None


def _read_tag_status(reading: Reading, fields: Mapping, path: str, *, as_ecr: bool) -> tuple[Selection, ...] | None:
    status_node = fields.get("tagStatus")
    patterns, prefixes = fields.get("tagPatternList"), fields.get("tagPrefixList")
    if status_node is None:
        return None
    status = reading.choice(status_node, join(path, "tagStatus"), ("tagged", "untagged", "any"), "lifecycle-status")
    if status == "tagged":
        return _read_tags(reading, fields, path, as_ecr=as_ecr)
    for key, lists in (("tagPatternList", patterns), ("tagPrefixList", prefixes)):
        if lists is not None and status:
            fault = InvalidValueError(
                f"{key} needs tagStatus tagged, not {status}",
                fix="Write 'tagStatus: tagged', or remove the list",
                code="lifecycle-tags",
            )
            reading.note(lists, join(path, key), fault)
            return None
    match status:
        case "untagged":
            return (Untagged(),)
        case "any":
            return (AnyImage(),)
        case _:
            return None


def _read_tags(reading: Reading, fields: Mapping, path: str, *, as_ecr: bool) -> tuple[Selection, ...] | None:
    present = [key for key in ("tagPatternList", "tagPrefixList") if fields.get(key) is not None]
    if len(present) != 1:
        what, code = (
            ("a rule has either tagPatternList or tagPrefixList", "lifecycle-both")
            if present
            else ("a rule for tagged images needs tags", "lifecycle-tags")
        )
        fix = "A prefix 'v' is the pattern 'v*'" if present else "Add tagPatternList or tagPrefixList"
        reading.note(fields, path, InvalidValueError(what, fix=fix, code=code))
        return None
    key = present[0]
    node = fields.get(key)
    assert node is not None  # noqa: S101 — present by the line above, for the type checker
    path = join(path, key)
    either = None
    if isinstance(node, Mapping) and not as_ecr:
        alternatives = reading.mapping(node, path, ("any_of",), required=("any_of",))
        either = alternatives.get("any_of") if alternatives else None
        if either is None:
            return None
        path = join(path, "any_of")
    entries = either or node
    texts = tuple(reading.text(item, item_path) for item, item_path in reading.items(entries, path))
    if not isinstance(entries, Sequence) or None in texts:
        return None
    known = tuple(text for text in texts if text is not None)
    warn = warn_of_unmatched_pattern if key == "tagPatternList" else warn_of_unmatched_prefix
    for index, (item, text) in enumerate(zip(entries.items, known, strict=True)):
        warn(reading, item, f"{path}[{index}]", text)
    make = TaggedLike if key == "tagPatternList" else TaggedWith
    if either and known:
        return reading.attempt(entries, path, lambda: tuple(make((text,)) for text in known))
    if len(known) > 1:
        reading.warn(entries, path, _and_trap(key, known))
    return reading.attempt(entries, path, lambda: (make(known),))


def _and_trap(key: str, texts: tuple[str, ...]) -> InvalidValueError:
    return InvalidValueError(
        f"an image must match every one of the {len(texts)} entries of {key}",
        why="ECR joins them by AND: an image whose tags match only one of them is not selected",
        fix="If one match is enough, write {any_of: […]}: one rule for each entry",
        fix_in_template="If one match is enough, write one rule for each entry",
        code="lifecycle-and",
    )


def _read_count(reading: Reading, fields: Mapping, path: str) -> Count | None:
    type_node, number_node, unit = fields.get("countType"), fields.get("countNumber"), fields.get("countUnit")
    if type_node is None or number_node is None:
        return None
    types = ("imageCountMoreThan", *_AGES)
    count_type = reading.choice(type_node, join(path, "countType"), types, "lifecycle-count-type")
    by_age = count_type in _AGES
    number = reading.whole_number(number_node, join(path, "countNumber"), "days" if by_age else "images")
    if count_type is None or not _unit_fits(reading, fields, path, unit, count_type):
        return None
    if not _storage_class_fits(reading, fields, path, count_type) or number is None:
        return None
    if not 1 <= number <= MAX_COUNT:
        shown = f"{number:,}" if number < 10**15 else f"a number of {len(str(number))} digits"
        fault = InvalidValueError(
            f"the count is {shown}; 1 to {MAX_COUNT:,} are allowed",
            why="No repository reaches such a count, so it is probably a mistake" if number > 1 else "",
            fix="Write 9999 where all images are to be kept" if number > 1 else "",
            code="lifecycle-count",
        )
        reading.note(number_node, join(path, "countNumber"), fault)
        return None
    return _AGES[count_type](number) if by_age else NewestImages(number)


def _unit_fits(reading: Reading, fields: Mapping, path: str, unit: Node | None, count_type: str) -> bool:
    """Refuse a unit where images are counted, and any but days where time is."""
    by_age = count_type in _AGES
    if unit is None and not by_age:
        return True
    if isinstance(unit, Scalar) and unit.value == "days" and by_age:
        return True
    if by_age:
        what, fix = f"{count_type} counts in days", "Write 'countUnit: days', and the number of days as countNumber"
    else:
        what, fix = "imageCountMoreThan has no unit", "Remove countUnit"
    reading.note(unit or fields, join(path, "countUnit"), InvalidValueError(what, fix=fix, code="lifecycle-unit"))
    return False


def _storage_class_fits(reading: Reading, fields: Mapping, path: str, count_type: str) -> bool:
    """Refuse a storage class that the count type does not look into."""
    node = fields.get("storageClass")
    wanted = "archive" if count_type == "sinceImageTransitioned" else "standard"
    if node is None:
        if wanted == "standard":
            return True
        fault = InvalidValueError(
            f"{count_type} needs storageClass archive",
            fix="Add 'storageClass: archive'",
            code="lifecycle-storage-class",
        )
        reading.note(fields, path, fault)
        return False
    path = join(path, "storageClass")
    given = reading.choice(node, path, ("standard", "archive"), "lifecycle-storage-class")
    if given is None or given == wanted:
        return given is not None
    fault = InvalidValueError(
        f"{count_type} counts only images of the {wanted} storage class",
        fix=f"Write 'storageClass: {wanted}'",
        code="lifecycle-storage-class",
    )
    reading.note(node, path, fault)
    return False
