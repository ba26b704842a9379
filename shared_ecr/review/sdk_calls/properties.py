"""The parameters of calls in the spelling of CloudFormation's properties."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from shared_ecr.documents.json_text import Json
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.model.settings.setting_type import SettingType
from shared_ecr.model.settings.table import TYPES
from shared_ecr.records import record
from shared_ecr.review.sdk_calls.calls import SdkCall
from shared_ecr.review.texts import written_out
from shared_ecr.text.spelling import pascal_keys

Properties = Mapping[str, Json]
_FILTERS = "ImageTagMutabilityExclusionFilters"


@record
class CalledResource:
    """A resource that a call puts as CloudFormation's type would."""

    type: str
    named_by: str | None
    """The property that distinguishes resources of the type; None where a registry has one."""
    properties: Properties | None
    """None where the call removes it."""


def changed_properties(repository: Properties, call: SdkCall) -> Properties:
    """Return the properties of *repository* that the call puts; those that it takes away are None."""
    change = _OF_REPOSITORIES.get(call.operation)
    return change(repository, call.parameters) if change else {}


def called_resource(call: SdkCall) -> CalledResource | None:
    """Return what the call puts into a registry; None where it puts nothing of the kind."""
    row = _OF_REGISTRIES.get(call.operation)
    return CalledResource(row.type, row.named_by, row.read(call.parameters)) if row else None


@record
class _CallRow:
    """The type of what an operation puts, and how its properties are read."""

    type: str
    named_by: str | None
    read: Callable[[Properties], Properties | None]


def _pascal(sent: Properties) -> Properties:
    return pascal_keys({name: value for name, value in sent.items() if name != "registryId"})


def _with_filters(sent: Properties) -> Properties:
    made = dict(_pascal(sent))
    if _FILTERS in made:
        made[_FILTERS] = _filters(sent)
    return made


def _filters(sent: Properties) -> Json:
    prefix = "ImageTagMutabilityExclusion"
    written = sent.get("imageTagMutabilityExclusionFilters")
    if not isinstance(written, list):
        return written
    return [
        {f"{prefix}FilterType": each.get("filterType"), f"{prefix}FilterValue": each.get("filter")}
        for each in written
        if isinstance(each, dict)
    ]


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _keys(tags: Json) -> list[Json]:
    return [each.get("Key") for each in _list(tags) if isinstance(each, dict)]


def _without(tags: Json, keys: list[Json]) -> list[Json]:
    return [each for each in _list(tags) if not (isinstance(each, dict) and each.get("Key") in keys)]


_OF_REPOSITORIES: Mapping[str, Callable[[Properties, Properties], Properties]] = {
    "SetRepositoryPolicy": lambda _, sent: {"RepositoryPolicyText": sent.get("policyText")},
    "DeleteRepositoryPolicy": lambda _, __: {"RepositoryPolicyText": None},
    "PutLifecyclePolicy": lambda _, sent: {
        "LifecyclePolicy": {"LifecyclePolicyText": sent.get("lifecyclePolicyText")}
    },
    "DeleteLifecyclePolicy": lambda _, __: {"LifecyclePolicy": None},
    "PutImageTagMutability": lambda _, sent: {
        "ImageTagMutability": sent.get("imageTagMutability"), _FILTERS: _filters(sent),
    },
    "PutImageScanningConfiguration": lambda _, sent: {
        "ImageScanningConfiguration": pascal_keys(sent.get("imageScanningConfiguration"))
    },
    "TagResource": lambda repository, sent: {
        "Tags": [*_without(repository.get("Tags"), _keys(sent.get("tags"))), *_list(sent.get("tags"))]
    },
    "UntagResource": lambda repository, sent: {"Tags": _without(repository.get("Tags"), _list(sent.get("tagKeys")))},
}  # fmt: skip


def _call_rows(type_: SettingType) -> Iterator[tuple[str, _CallRow]]:
    """Yield the calls that put one type, or remove it, by operation."""
    for operation, parameter in type_.put_by.items():
        yield operation, _CallRow(type_.type, type_.named_by, partial(_put, type_, parameter))
    for operation in type_.removed_by:
        yield operation, _CallRow(type_.type, type_.named_by, lambda _: None)


def _put(type_: SettingType, parameter: str, sent: Properties) -> Properties:
    return type_.put(_mapping(sent.get(parameter)) if parameter else sent)


_OF_REGISTRIES: Mapping[str, _CallRow] = {
    **{operation: row for type_ in TYPES.values() for operation, row in _call_rows(type_)},
    "PutAccountSetting": _CallRow(
        CALLED_SETTING.type, CALLED_SETTING.named_by,
        lambda sent: {
            "Name": sent.get("name"), "Operation": "PutAccountSetting", "Body": written_out(dict(sent)),
        },
    ),
    "CreateRepository": _CallRow("AWS::ECR::Repository", "RepositoryName", _with_filters),
    "CreateRepositoryCreationTemplate": _CallRow(CREATION_TEMPLATE.type, "Prefix", _with_filters),
    "UpdateRepositoryCreationTemplate": _CallRow(CREATION_TEMPLATE.type, "Prefix", _with_filters),
}  # fmt: skip


def _mapping(value: Json) -> Properties:
    return value if isinstance(value, dict) else {}
