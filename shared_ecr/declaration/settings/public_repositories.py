"""Read the repositories of the public gallery."""

from functools import partial

from shared_ecr.declaration.properties import read_properties
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.schema.pieces import Schema, array, closed, long_text, named, text
from shared_ecr.declaration.schema.properties import levels, tags
from shared_ecr.declaration.settings.settings_context import SettingsContext, read_items
from shared_ecr.documents.nodes import Mapping, MappingEntry, Node
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import RepositoryName
from shared_ecr.model.permissions import AccessLevel
from shared_ecr.model.settings.public_repositories import (
    HOME,
    MAX_DESCRIPTION,
    MAX_TEXT,
    MAX_WORDS,
    CatalogData,
    PublicRepositorySpec,
)

_SHARED = ("grants", "tags")
_TEXTS = {"description": MAX_DESCRIPTION, "about": MAX_TEXT, "usage": MAX_TEXT}
_LISTS = ("architectures", "operating_systems")


def read_public_repositories(
    reading: Reading, node: Node | None, around: SettingsContext
) -> tuple[PublicRepositorySpec, ...]:
    """Read a mapping of names to what the gallery shows; refuse it where no stack is in us-east-1."""
    path = "public_repositories"
    if node is None:
        return ()
    if not isinstance(node, Mapping):
        reading.expected(node, path, "a mapping of names to properties", "type-mapping")
        return ()
    if node.entries and HOME not in around.regions:
        fault = InvalidValueError(
            f"the public registry is in {HOME}, which is not one of the registry's Regions",
            fix=f"Add {HOME} to 'regions', or declare public repositories in a file of its own",
            code="public-region",
        )
        reading.note(node, path, fault)
    specs = (_repository(reading, entry, join(path, entry.key.text), around) for entry in node.entries)
    return tuple(spec for spec in specs if spec)


def _repository(
    reading: Reading, entry: MappingEntry, path: str, around: SettingsContext
) -> PublicRepositorySpec | None:
    name = reading.attempt(entry.key, path, partial(_name, entry.key.text))
    fields = reading.mapping(entry.value, path, (*_TEXTS, *_LISTS, *_SHARED))
    if fields is None:
        return None
    texts = {key: _text(reading, fields.get(key), join(path, key), most) for key, most in _TEXTS.items()}
    lists = {key: _words(reading, fields.get(key), join(path, key)) for key in _LISTS}
    shared = Mapping(fields.position, tuple(each for each in fields.entries if each.key.text in _SHARED))
    spec = read_properties(reading, shared, path, around.neighbours, name or RepositoryName("nameless"))
    grants = fields.get("grants")
    if grants is not None and any(grant.level is not AccessLevel.PUSH for grant in spec.grants):
        what, fix = "everyone can pull from a public repository", "Grant only 'push'"
        reading.note(grants, join(path, "grants"), InvalidValueError(what, fix=fix, code="access-level"))
    if name is None:
        return None
    catalog = CatalogData(
        texts["description"], texts["about"], texts["usage"], lists["architectures"], lists["operating_systems"]
    )
    return PublicRepositorySpec(name, catalog, spec.grants, spec.tags)


def _name(text: str) -> RepositoryName:
    """Parse a name; the public registry takes single separators only."""
    name = RepositoryName.parse(text)
    if name.doubles_a_separator:
        raise InvalidValueError(
            f"the repository name '{text}' doubles a separator", fix="Write a single separator", code="name-double"
        )
    return name


def _text(reading: Reading, node: Node | None, path: str, at_most: int) -> str | None:
    text = reading.text(node, path) if node is not None else None
    if node is not None and text is not None and len(text) > at_most:
        what = f"the text has {len(text)} characters; {at_most} are allowed"
        reading.note(node, path, InvalidValueError(what, code="public-text"))
    return text


def _words(reading: Reading, node: Node | None, path: str) -> tuple[str, ...]:
    if node is None:
        return ()
    return read_items(reading, node, path, _word, of="words", at_most=MAX_WORDS, code="public-text")


def _word(text: str) -> str:
    if not 1 <= len(text) <= MAX_WORDS:
        raise InvalidValueError(
            f"the word has {len(text)} characters; 1 to {MAX_WORDS} are allowed", code="public-text"
        )
    return text


def schema() -> Schema:
    """Describe the repositories of the public gallery, which are declared at the top of the file."""
    words = {**array(text()), "maxItems": MAX_WORDS}
    fields = {
        "description": long_text(MAX_DESCRIPTION, "One line in the gallery"),
        "about": long_text(MAX_TEXT, "Markdown"),
        "usage": long_text(MAX_TEXT, "Markdown"),
        "architectures": words,
        "operating_systems": words,
        "grants": levels("push", about="Who else may push; everyone can pull"),
        "tags": tags({"type": ["string", "number"]}),
    }
    return named(closed(fields), "Repositories of the public gallery, in us-east-1")
