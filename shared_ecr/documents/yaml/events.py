"""Text to YAML events, one at a time, with libyaml if PyYAML has it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared_ecr.text.patterns import LazyPattern

if TYPE_CHECKING:
    import yaml


# Tags, anchors and what may be between them and the value.
_PROPERTIES = LazyPattern(r"(?:!<[^>\s]*+>|[!&][^\s,\[\]{}]*+|\s++|#[^\r\n]*+)*+")


class NotYamlError(Exception):
    """The text stops being YAML at *index*; PyYAML's words for it, and where the broken thing begins."""

    def __init__(self, problem: str, index: int, context: str = "", context_index: int | None = None) -> None:
        super().__init__(problem)
        self.problem, self.index, self.context, self.context_index = problem, index, context, context_index


def events(text: str) -> Iterator["yaml.Event"]:
    """Yield the events of *text*; no tree is built, so depth and aliases cost nothing yet.

    Raises:
        NotYamlError: The text breaks YAML's grammar, after the events of what is before.
    """
    # Imported here because `shared-ecr --help` should not wait for it.
    import yaml  # noqa: PLC0415 — see above

    event = None
    try:
        for event in yaml.parse(text, Loader=_loader()):
            yield event
    except yaml.MarkedYAMLError as error:
        mark, context = error.problem_mark, error.context_mark
        raise NotYamlError(
            error.problem or "",
            mark.index if mark else _end_of_last(event),
            error.context or "",
            context.index if context else None,
        ) from None
    except yaml.YAMLError as error:
        # A character that no file may hold. It is met while reading ahead, so its place is not known here.
        raise NotYamlError(str(error).splitlines()[0], len(text)) from None
    except (ValueError, OverflowError):
        # PyYAML's own parser does not check what an escape like "\UFFFFFFFF" names.
        raise NotYamlError("found invalid Unicode character escape code", _end_of_last(event)) from None


def start_of(event: "yaml.Event") -> int:
    """Return the index of the first character of *event*."""
    return event.start_mark.index if event.start_mark else 0


def value_start(event: "yaml.ScalarEvent | yaml.CollectionStartEvent", text: str, *, written: bool) -> int:
    """Return the index at which the value of *event* begins, behind its tag and its anchor.

    A value that is not *written* is behind the last word before it; there the two parsers differ.
    """
    start = start_of(event)
    if event.anchor or event.tag:
        behind = _PROPERTIES.match(text, start) if written else None
        return behind.end() if behind else start
    while not written and start and text[start - 1] in " \t\r\n":
        start -= 1
    return start


def end_of(event: "yaml.Event") -> int:
    """Return the index after the last character of *event*."""
    return event.end_mark.index if event.end_mark else 0


def _end_of_last(event: "yaml.Event | None") -> int:
    return end_of(event) if event else 0


def _loader() -> "type[yaml.SafeLoader | yaml.CSafeLoader]":
    """Choose the parser: libyaml's, or PyYAML's own, taught to take tabs between words as libyaml does."""
    import yaml  # noqa: PLC0415 — as above
    from yaml.scanner import ScannerError  # noqa: PLC0415 — as above

    if hasattr(yaml, "CSafeLoader"):
        return yaml.CSafeLoader

    class TabTolerantLoader(yaml.SafeLoader):
        def scan_to_next_token(self) -> None:
            super().scan_to_next_token()
            while self.peek() == "\t" and (self.flow_level or not self.allow_simple_key):
                self.forward()
                super().scan_to_next_token()

        def scan_plain_spaces(self, indent: int, start_mark: yaml.Mark) -> list[str]:
            length = 0
            while self.peek(length) in " \t":
                length += 1
            blanks = self.prefix(length)
            if "\t" in blanks:
                self.forward(length)
                if self.peek() not in "\0\r\n":
                    return [blanks]
            blanks_read: list[str] = super().scan_plain_spaces(indent, start_mark) or []
            if blanks_read and self.peek() == "\t" and self.column < indent:
                problem = "found a tab character that violates indentation"
                raise ScannerError("while scanning a plain scalar", start_mark, problem, self.get_mark())
            return blanks_read

    return TabTolerantLoader
