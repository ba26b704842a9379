"""What the configuration in a plan says: which provider deploys a resource, and which others it refers to."""

from collections.abc import Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.review.documents.terraform.values import PlannedResource, without_indexes


class Configuration:
    """The configuration of one plan; a state has none, so every question has an empty answer."""

    def __init__(self, plan: Mapping[str, Json]) -> None:
        written = plan.get("configuration")
        self._written = written if isinstance(written, dict) else {}
        variables = plan.get("variables")
        self._variables = variables if isinstance(variables, dict) else {}
        self._blocks: dict[str, dict[str, Mapping[str, Json]]] = {}

    def provider_of(self, resource: PlannedResource) -> str:
        """Return the key of the provider that deploys *resource*: `aws`, or `aws.west`."""
        key = self._block(resource).get("provider_config_key")
        return key if isinstance(key, str) else "aws"

    def provider_setting(self, key: str, name: str) -> Json:
        """Return the value of the argument *name* of the provider *key*, where it is a constant or a variable."""
        providers = self._written.get("provider_config")
        provider = providers.get(key) if isinstance(providers, dict) else None
        expressions = provider.get("expressions") if isinstance(provider, dict) else None
        return self._value(expressions.get(name)) if isinstance(expressions, dict) else None

    def references(self, resource: PlannedResource, attribute: str) -> tuple[str, ...]:
        """Return what the expression of *attribute* refers to, within the module of *resource*."""
        expressions = self._block(resource).get("expressions")
        match expressions.get(attribute) if isinstance(expressions, dict) else None:
            case {"references": list() as references}:
                return tuple(each for each in references if isinstance(each, str))
            case _:
                return ()

    def _value(self, expression: Json) -> Json:
        match expression:
            case {"constant_value": value}:
                return value
            case {"references": [str() as name, *_]} if name.startswith("var."):
                variable = self._variables.get(name.removeprefix("var."))
                return variable.get("value") if isinstance(variable, dict) else None
            case list() as blocks:
                # A nested block such as assume_role.
                return [
                    {key: self._value(each) for key, each in block.items()}
                    for block in blocks
                    if isinstance(block, dict)
                ]
            case _:
                return None

    def _block(self, resource: PlannedResource) -> Mapping[str, Json]:
        module = without_indexes(resource.module)
        if module not in self._blocks:
            self._blocks[module] = _blocks(self._module(module))
        return self._blocks[module].get(resource.block, {})

    def _module(self, address: str) -> Json:
        """Return the module at *address*, such as `module.a.module.b`."""
        module: Json = self._written.get("root_module")
        for name in address.split(".")[1::2] if address else ():
            calls = module.get("module_calls") if isinstance(module, dict) else None
            call = calls.get(name) if isinstance(calls, dict) else None
            module = call.get("module") if isinstance(call, dict) else None
        return module


def _blocks(module: Json) -> dict[str, Mapping[str, Json]]:
    resources = module.get("resources") if isinstance(module, dict) else None
    return {
        str(each.get("address")): each
        for each in (resources if isinstance(resources, list) else ())
        if isinstance(each, dict)
    }
