"""Variables in texts, `${env:NAME:-default}`, replaced from a mapping that the caller passes.

They are for what differs between environments: an account, a Region, a name. A credential has no place in a
declaration, so a variable that is called like one is refused before it is looked up.
"""

import re
from collections.abc import Iterator
from collections.abc import Mapping as MappingOf

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping, MappingEntry, Node, Scalar, Sequence
from shared_ecr.documents.yaml.scalars import plain_value
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

_OPENS = "${"
_VARIABLE = LazyPattern(r"\$\{env:(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}")
# Words of names under which people keep secrets; those of the second list are words of other names too, so they
# count only as a whole word between underscores.
_SECRET = LazyPattern(
    r"secret|passw|token|credential|passphrase|api_?key|access_?key|private_?key|(?:^|_)(?:pat|pass|pwd|auth)(?:_|$)",
    re.IGNORECASE,
)
# Where a secret is, and what it is called, is not a secret.
_NAMES_ONE = LazyPattern(r"_(?:arn|name)$", re.IGNORECASE)


def replaced(reading: Reading, environ: MappingOf[str, str], node: Node) -> Node:
    """Return *node* with every variable in its values replaced; note those that cannot be.

    A value in quotes stays a text. One without quotes is read by YAML 1.2 after it is replaced, so that
    `${env:SCAN:-true}` is a boolean. A text with a variable that cannot be replaced is left as it is: `Reading`
    gives it to no one, and does not show its fault again.
    """
    return _Replacement(reading, environ).of(node, "") if _has_variables(node) else node


def variables_of(root: Node) -> Iterator[str]:
    """Give the names of the variables of *root* that have no default."""
    open_nodes = [root]
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, Scalar):
            yield from (found["name"] for found in _VARIABLE.finditer(node.text) if found["default"] is None)
        elif isinstance(node, Mapping):
            open_nodes += [entry.value for entry in node.entries]
        else:
            open_nodes += node.items


def _has_variables(root: Node) -> bool:
    """Whether there is anything to replace; most files have nothing, and a large one is walked faster this way."""
    open_nodes = [root]
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, Scalar):
            if _OPENS in node.text:
                return True
        elif isinstance(node, Mapping):
            for entry in node.entries:
                if _OPENS in entry.key.text:
                    return True
                open_nodes.append(entry.value)
        else:
            open_nodes += node.items
    return False


@record
class _Replacement:
    reading: Reading
    environ: MappingOf[str, str]

    def of(self, node: Node, path: str) -> Node:
        match node:
            case Scalar():
                return self._scalar(node, path) if _OPENS in node.text else node
            case Sequence(position, items):
                new_items = [self.of(item, f"{path}[{index}]") for index, item in enumerate(items)]
                return node if _same(items, new_items) else Sequence(position, tuple(new_items))
            case Mapping(position, entries):
                new_entries = [self._entry(entry, path) for entry in entries]
                return node if _same(entries, new_entries) else Mapping(position, tuple(new_entries))

    def _entry(self, entry: MappingEntry, path: str) -> MappingEntry:
        path = join(path, entry.key.text)
        if _OPENS in entry.key.text:
            fault = InvalidValueError(
                f"the key {quoted(entry.key.text)} has a variable",
                why="Keys are names that other systems depend on, so they are the same in every environment",
                fix="Write the key itself",
                code="env-key",
            )
            self.reading.note(entry.key, path, fault)
        value = self.of(entry.value, path)
        return entry if value is entry.value else MappingEntry(entry.key, value)

    def _scalar(self, node: Scalar, path: str) -> Node:
        parts, end = [], 0
        for found in _VARIABLE.finditer(node.text):
            value = self._value(found, node, path)
            if value is None:
                return node
            parts += [node.text[end : found.start()], value]
            end = found.end()
        if not end:
            return node
        text = "".join([*parts, node.text[end:]])
        if _OPENS in text:
            what = f"{quoted(text)} has a variable within a variable, or one besides '${{env:NAME}}'"
            fault = InvalidValueError(what, fix="Write one variable after another", code="env-nested")
            self.reading.note(node, path, fault)
            return node
        return Scalar(node.position, text, plain_value(text) if node.plain else text, plain=False)

    def _value(self, found: re.Match[str], node: Scalar, path: str) -> str | None:
        name = found["name"]
        if _SECRET.search(name) and not _NAMES_ONE.search(name):
            fault = InvalidValueError(
                f"the variable {quoted(name)} has the name of a secret",
                why="The values of a declaration are shown in errors, templates and plans",
                fix="Keep secrets in Secrets Manager; if it is not a secret, use another name",
                code="env-secret",
            )
        elif name in self.environ:
            return self.environ[name]
        elif found["default"] is not None:
            return found["default"]
        else:
            fault = InvalidValueError(
                f"the variable {quoted(name)} is not set",
                fix=f"Set it, or give a default: '${{env:{name}:-…}}'",
                code="env-unset",
            )
        self.reading.note(node, path, fault)
        return None


def _same(before: tuple[object, ...], after: list[object] | list[Node] | list[MappingEntry]) -> bool:
    return all(old is new for old, new in zip(before, after, strict=True))
