import pytest

from shared_ecr.documents.nodes import Mapping, Node, content
from shared_ecr.findings.problems import InvalidDeclarationError
from unit.declaration.declaring import declared


def node(text: str, environ: dict[str, str] | None = None) -> Node:
    """Return what is at `tags` of the only repository."""
    document = declared(f"repositories: {{a/b: {{tags: {{x: {text}}}}}}}", environ).document
    assert isinstance(document, Mapping)
    repositories = document.get("repositories")
    assert isinstance(repositories, Mapping)
    (entry,) = repositories.entries
    assert isinstance(entry.value, Mapping)
    tags = entry.value.get("tags")
    assert tags is not None
    return tags


def test_what_is_written_the_same_has_the_same_content_wherever_it_is() -> None:
    assert content(node("abc")) == content(node("   abc"))


def test_a_text_and_a_number_of_the_same_letters_differ_in_content() -> None:
    contents = {content(node(text)) for text in ("12", '"12"', "!!str 12")}
    assert len(contents) == 3


def test_a_text_and_a_number_from_the_environment_differ_in_content() -> None:
    text, number = (content(node(text, {"X": "12"})) for text in ('"${env:X}"', "!!int 12"))
    assert text != number


def test_the_same_fault_written_twice_is_shown_at_both_places() -> None:
    text = "repositories:\n  a/b: {tags: {x: [y]}}\n  a/c: {tags: {x: [y]}}\n"
    with pytest.raises(InvalidDeclarationError) as caught:
        declared(text)
    assert [problem.position and problem.position.line for problem in caught.value.problems] == [4, 5]
