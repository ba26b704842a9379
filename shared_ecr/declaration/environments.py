"""Several environments of one declaration: each gives values to its variables, and one is chosen.

    environments:
      development: { ACCOUNT: "222222222222", STACK: registry-development }
      production: { ACCOUNT: "111111111111", STACK: registry }

The variable `SHARED_ECR_ENVIRONMENT` chooses one, and `cdk deploy -c environment=NAME` sets it for a synthesis.
"""

from collections.abc import Iterator
from collections.abc import Mapping as MappingOf

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.variables import replaced, variables_of
from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import record
from shared_ecr.text import did_you_mean, listed, quoted

KEY = "environments"
VARIABLE = "SHARED_ECR_ENVIRONMENT"


@record
class Environment:
    """One environment and the values of its variables."""

    name: str
    node: Node
    values: MappingOf[str, str]


def environ_of(reading: Reading, document: Mapping, environ: MappingOf[str, str]) -> MappingOf[str, str] | None:
    """Return *environ* with the values of the chosen environment; None where a fault was noted that leaves none."""
    node = document.get(KEY)
    if node is None:
        return environ
    found = list(_environments(reading, node))
    if reading.problems or not found:
        return None
    chosen = _chosen(reading, node, found, environ)
    rest = Mapping(document.position, tuple(entry for entry in document.entries if entry.key.text != KEY))
    wanted = dict.fromkeys(variables_of(rest))
    for each in found:
        missing = [name for name in wanted if name not in each.values and name not in environ]
        if missing:
            fault = InvalidValueError(
                f"the environment {quoted(each.name)} gives no value to {listed(missing)}",
                why="The declaration uses them without a default",
                fix="Write them here, or give defaults: '${env:NAME:-…}'",
                code="environment-variables",
            )
            reading.note(each.node, join(KEY, each.name), fault)
    if reading.problems or chosen is None:
        return None
    _check_places(reading, rest, found, environ)
    return None if reading.problems else {**environ, **chosen.values}


def _environments(reading: Reading, node: Node) -> Iterator[Environment]:
    if not isinstance(node, Mapping):
        reading.expected(node, KEY, "a mapping of environments to the values of their variables", "type-mapping")
        return
    for name, value in node:
        path = join(KEY, name)
        if not isinstance(value, Mapping):
            reading.expected(value, path, "a mapping of variables to their values", "type-mapping")
            continue
        values = {}
        for variable, text in value:
            if isinstance(text, Scalar) and text.value is not None:
                values[variable] = text.text
            else:
                reading.expected(text, join(path, variable), "a text", "type-text")
        yield Environment(name, value, values)


def _chosen(reading: Reading, node: Node, found: list[Environment], environ: MappingOf[str, str]) -> Environment | None:
    names = [each.name for each in found]
    asked = environ.get(VARIABLE, "")
    chosen = next((each for each in found if each.name == asked), None)
    if chosen is None:
        what = f"no environment is named {quoted(asked)}" if asked else "no environment is chosen"
        fix = did_you_mean(asked, names) if asked else ""
        fault = InvalidValueError(
            what,
            why=f"The declaration has {listed(names, 'and')}",
            fix=fix or f"Set {VARIABLE}={names[0]}, or write 'cdk deploy -c environment={names[0]}'",
            code="environment-unknown",
        )
        reading.note(node, KEY, fault)
    return chosen


def _check_places(reading: Reading, document: Mapping, found: list[Environment], environ: MappingOf[str, str]) -> None:
    """Refuse two environments whose stacks would be the same: deploying one would change the other into it."""
    seen: dict[tuple[str, str, str], Environment] = {}
    for each in found:
        for place in _places(document, {**environ, **each.values}):
            first = seen.setdefault(place, each)
            if first is not each:
                account, region, stack = place
                fault = InvalidValueError(
                    f"the environments {quoted(first.name)} and {quoted(each.name)} both deploy the stack {stack} "
                    f"to {account}/{region}",
                    why="Deploying one would replace the repositories of the other",
                    fix="Give them different accounts, Regions, or a 'stack_name' with a variable",
                    code="environments-collide",
                )
                reading.note(each.node, join(KEY, each.name), fault)
                break


def _places(document: Mapping, environ: MappingOf[str, str]) -> Iterator[tuple[str, str, str]]:
    whole = replaced(Reading(""), environ, document)
    registry = whole.get("registry") if isinstance(whole, Mapping) else None
    if not isinstance(whole, Mapping) or not isinstance(registry, Mapping):
        return
    account, regions, stack = (registry.get(key) for key in ("account", "regions", "stack_name"))
    names = whole.get("accounts")
    if not isinstance(account, Scalar) or not isinstance(regions, Sequence):
        return
    named = names.get(account.text) if isinstance(names, Mapping) else None
    digits = named.text if isinstance(named, Scalar) else account.text
    for region in regions.items:
        if isinstance(region, Scalar):
            yield digits, region.text, stack.text if isinstance(stack, Scalar) else "shared-ecr"
