"""The form of a resource's properties in a snapshot of a registry: texts, lists and objects.

The rows of settings have it for their types; `shared_ecr/documents/live/resource_shapes.py` has it for repositories,
and checks it.
"""

from collections.abc import Mapping
from enum import Enum

from shared_ecr.records import field, record


class Leaf(Enum):
    """A form without parts; the value is how errors call it."""

    TEXT = "a text that is not empty"
    ANY_TEXT = "a text"
    FLAG = "true or false"
    POLICY = "a policy: an object or a text"


@record
class ListOf:
    """A list whose members have one form."""

    member: "Shape"


@record
class ObjectOf:
    """An object: what it must have, what it may have, and whether AWS may add parts that we pass on unread."""

    required: Mapping[str, "Shape"]
    optional: Mapping[str, "Shape"] = field(default_factory=dict)
    is_open: bool = False


Shape = Leaf | ListOf | ObjectOf

TEXT = Leaf.TEXT
TAGS = ListOf(ObjectOf({"Key": TEXT, "Value": Leaf.ANY_TEXT}))
ENCRYPTION = ObjectOf({"EncryptionType": TEXT}, {"KmsKey": TEXT})
EXCLUSIONS = ListOf(
    ObjectOf({"ImageTagMutabilityExclusionFilterType": TEXT, "ImageTagMutabilityExclusionFilterValue": TEXT})
)
FILTERS = ListOf(ObjectOf({"Filter": TEXT, "FilterType": TEXT}))
