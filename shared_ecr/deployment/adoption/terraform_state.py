"""What Terraform manages of a registry: the addresses in a state or a plan, each with the resource that it means.

Read are `terraform.tfstate` (`terraform state pull`), and `terraform show -json` of a state or a plan. Of the values of
a resource only its name, its account and its Region are used.
https://developer.hashicorp.com/terraform/internals/json-format
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from shared_ecr.documents.live.live_registry import PUBLIC_REPOSITORY, REPOSITORY
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.settings.table import TYPES
from shared_ecr.records import record
from shared_ecr.text.patterns import LazyPattern

# A state of 20,000 resources has some 60 MB.
MAX_CHARACTERS = 256 * 1024 * 1024
# The type of the resource in CloudFormation, and the attribute with its name; empty where a registry has one.
_MEANS: Mapping[str, tuple[str, str]] = {
    "aws_ecr_repository": (REPOSITORY, "name"),
    "aws_ecr_repository_policy": (REPOSITORY, "repository"),
    "aws_ecr_lifecycle_policy": (REPOSITORY, "repository"),
    "awscc_ecr_repository": (REPOSITORY, "repository_name"),
    "aws_ecrpublic_repository": (PUBLIC_REPOSITORY, "repository_name"),
    "aws_ecrpublic_repository_policy": (PUBLIC_REPOSITORY, "repository_name"),
    **{name: (each.type, attribute) for each in TYPES.values() for name, attribute in each.terraform_names.items()},
}
_ARN = LazyPattern(r"arn:[a-z-]+:ecr(?:-public)?:(?P<region>[a-z0-9-]*):(?P<account>[0-9]{12}):.*")
# The key of one instance: `[0]` or `["team/app"]`.
_KEY = LazyPattern(r'\[(?:"(?:[^"\\]|\\.)*"|-?[0-9]+)\]')
_BARE = LazyPattern(r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)+")


@record(order=True)
class ManagedInstance:
    """One resource that Terraform manages."""

    address: str
    """With the keys of its instances: `module.x["k"].aws_ecr_repository.this[0]`."""
    kind: str
    """The type of the same resource in CloudFormation; empty where the state has no name of it."""
    name: str
    account: str = ""
    """Empty where the state does not say."""
    region: str = ""

    @property
    def resource(self) -> str:
        """The address without keys, by which a `removed` block names all instances."""
        return _KEY.sub("", self.address)

    def can_be_in(self, home: EcrRegistry) -> bool:
        """Whether nothing says that it belongs to another registry."""
        return self.account in {"", str(home.account)} and self.region in {"", str(home.region)}


def read_terraform(text: str, source: str) -> tuple[ManagedInstance, ...]:
    """Read the resources of ECR from a state or a plan; *source* is what errors call it.

    Raises:
        InvalidValueError: it is neither.
    """
    data = _loaded(text, source)
    try:
        match data:
            case {"version": 4, "resources": list() as resources}:
                found = list(_of_state(resources))
            case {"values": dict() as values}:
                found = list(_of_values(values))
            case {"resource_changes": _, "prior_state": {"values": dict() as values}}:
                found = list(_of_values(values))
            case {"resource_changes": list()}:
                # A plan of a configuration that has no state yet.
                found = []
            case {"format_version": str(), "terraform_version": str()} if "resource_changes" not in data:
                # The state without a resource has no values.
                found = []
            case _:
                raise _invalid(source, "It has neither the resources of a state nor the prior state of a plan")
    except (KeyError, TypeError, AttributeError) as error:
        raise _invalid(source, f"A part is missing or has another form: {error}") from error
    for each in found:
        if not _BARE.fullmatch(each.resource):
            raise _invalid(source, f"{each.resource[:80]!r} is not the address of a resource")
    return tuple(sorted(found))


def _loaded(text: str, source: str) -> Any:
    if len(text) > MAX_CHARACTERS:
        raise _invalid(source, f"It has more than {MAX_CHARACTERS:,} characters")
    try:
        loaded: Any = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise _invalid(source, "It is not JSON") from error
    return loaded


def _of_state(resources: list[Any]) -> Iterator[ManagedInstance]:
    """Yield what a file of version 4 holds, where an address is in parts."""
    for each in resources:
        if not isinstance(each, dict):
            raise TypeError("a resource is not an object")
        if each.get("mode") != "managed" or each["type"] not in _MEANS:
            continue
        module = f"{each['module']}." if each.get("module") else ""
        instances = each["instances"]
        for instance in instances if isinstance(instances, list) else ():
            if not isinstance(instance, dict):
                raise TypeError("an instance is not an object")
            address = f"{module}{each['type']}.{each['name']}{_key(instance.get('index_key'))}"
            yield from _instance(str(each["type"]), address, instance.get("attributes"))


def _key(index: object) -> str:
    if index is None:
        return ""
    return f"[{json.dumps(index, ensure_ascii=False)}]"


def _of_values(values: Any) -> Iterator[ManagedInstance]:
    """Yield what `terraform show -json` lists: the resources of a module, then those of the modules in it."""
    waiting: list[Any] = [values["root_module"]] if isinstance(values, dict) and "root_module" in values else []
    while waiting:
        module = waiting.pop()
        if not isinstance(module, dict):
            raise TypeError("a module is not an object")
        for each in module.get("resources") or ():
            if each.get("mode") == "managed" and each["type"] in _MEANS:
                yield from _instance(str(each["type"]), str(each["address"]), each.get("values"))
        waiting += module.get("child_modules") or ()


def _instance(type_: str, address: str, attributes: Any) -> Iterator[ManagedInstance]:
    kind, named_by = _MEANS[type_]
    held = attributes if isinstance(attributes, dict) else {}
    name = str(held.get(named_by) or "") if named_by else ""
    if named_by and not name:
        # It counts as an instance that no one adopts, so that no block removes it with the others.
        kind = ""
    arn = _ARN.fullmatch(str(held.get("arn") or held.get("repository_arn") or ""))
    account = arn["account"] if arn else str(held.get("registry_id") or "")
    yield ManagedInstance(address, kind, name, account, arn["region"] if arn else str(held.get("region") or ""))


def _invalid(source: str, why: str) -> InvalidValueError:
    return InvalidValueError(
        f"{source} is not a state or a plan of Terraform",
        why=why,
        fix="Save one with 'terraform state pull', or with 'terraform show -json' of a state or a plan",
        code="terraform-state",
    )
