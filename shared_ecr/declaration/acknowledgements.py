"""Read the findings that the declaration accepts: code, reason, last day, and the repository, or all of them."""

from collections.abc import Callable, Collection, Iterable, Iterator
from collections.abc import Mapping as MappingOf
from datetime import date

from shared_ecr.declaration.accounts import read_account
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence
from shared_ecr.findings.acknowledgements import AT_MOST, Acknowledgement
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.findings.problems import Problem, Severity
from shared_ecr.model.names import AccountId, Region, RepositoryName
from shared_ecr.model.text_grammar import TextGrammar
from shared_ecr.records import replace
from shared_ecr.text import did_you_mean, quoted
from shared_ecr.text.patterns import LazyPattern

_CODE = TextGrammar(
    pattern=LazyPattern(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"),
    what="the code of a finding",
    why="A code is what is in brackets",
    code="acknowledged",
)
_REQUIRED, _ABOUT = ("finding", "reason", "until"), "repository"
_PLACE = ("account", "region")
# What `repository` says where a finding is accepted everywhere.
_ALL = "all"


def read_acknowledgements(
    reading: Reading, node: Node | None, names: Collection[str], accounts: MappingOf[str, AccountId]
) -> tuple[Acknowledgement, ...]:
    """Read the list *node*; *names* are the declared repositories, *accounts* the declared accounts."""
    if node is None:
        return ()
    read = (
        _with_its_place(reading, item, path, accounts, read_acknowledgement(reading, item, path, names, more=_PLACE))
        for item, path in reading.items(node, "acknowledged")
    )
    return tuple(each for each in read if each)


def within(acknowledged: Iterable[Acknowledgement], accounts: Iterable[AccountId]) -> tuple[Acknowledgement, ...]:
    """Return *acknowledged*, each for *accounts* where it names none: those that the declaration is deployed to.

    What several accounts deploy is reviewed at once, and a repository of one name can be in each of them.
    """
    own = tuple(sorted({str(account) for account in accounts}))
    return tuple(each if each.accounts else replace(each, accounts=own) for each in acknowledged)


def _with_its_place(
    reading: Reading, node: Node, path: str, accounts: MappingOf[str, AccountId], read: Acknowledgement | None
) -> Acknowledgement | None:
    fields = {each.key.text: each.value for each in node.entries} if isinstance(node, Mapping) else {}
    account, region = (fields.get(key) for key in _PLACE)
    number = read_account(reading, account, join(path, "account"), accounts) if account else None
    where = reading.parsed(region, join(path, "region"), Region.parse) if region else None
    if read is None or (account and number is None) or (region and where is None):
        return None
    return replace(read, accounts=(str(number),) if number else (), region=str(where) if where else "")


def read_acknowledgement(  # noqa: PLR0913, PLR0917 — the entry, and what it may say
    reading: Reading,
    node: Node,
    path: str,
    names: Collection[str],
    parse_code: Callable[[str], str] | None = None,
    more: tuple[str, ...] = (),
) -> Acknowledgement | None:
    """Read one entry; *parse_code* reads `finding` where that is not a code of this package, *more* are other keys."""
    fields = reading.mapping(node, path, (*_REQUIRED, _ABOUT, *more), _REQUIRED)
    if fields is None:
        return None
    if fields.get(_ABOUT) is None:
        fault = InvalidValueError(
            "the key 'repository' is missing",
            why="An acknowledgement names the repository that it is for",
            fix=f"Name the repository, or write 'repository: {_ALL}'",
            code="missing-key",
        )
        reading.note(node, path, fault)
    finding, reason, until, about = (fields.get(key) for key in (*_REQUIRED, _ABOUT))
    code = reading.parsed(finding, join(path, "finding"), parse_code or _code) if finding else None
    why = reading.parsed(reason, join(path, "reason"), _reason) if reason else None
    day = reading.parsed(until, join(path, "until"), _day) if until else None
    name = reading.parsed(about, join(path, "repository"), lambda text: _repository(text, names)) if about else None
    if not (code and why and day and name):
        return None
    return Acknowledgement(code, None if name == _ALL else name, why, day)


def _code(text: str) -> str:
    return _CODE.require(text)


def _reason(text: str) -> str:
    if not text.strip():
        raise InvalidValueError("the reason is empty", fix="Write why the finding is accepted", code="reason-missing")
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidValueError(
            f"{quoted(text)} is not a date", fix="Write the last day it counts as YYYY-MM-DD", code="date"
        ) from None


def _repository(text: str, names: Collection[str]) -> str:
    """Read a name; one that is not declared may be one that is removed, or comes later, but no near miss."""
    if text == _ALL or text in names:
        return text
    if meant := did_you_mean(text, names):
        raise InvalidValueError(f"no repository is called {quoted(text)}", fix=meant, code="acknowledged")
    try:
        return str(RepositoryName.parse(text))
    except InvalidValueError as fault:
        raise InvalidValueError(
            fault.what, why=fault.why, fix="Name a repository, or write 'all'", code="acknowledged"
        ) from None


def too_far_ahead(document: Node, file: str, today: date) -> Iterator[Problem]:
    """Yield a warning for each acknowledgement in *document* whose last day is more than a year after *today*.

    *file* is what messages call the file.
    """
    for item in _items(document):
        until = next((each.value for each in item.entries if each.key.text == "until"), None)
        try:
            day = date.fromisoformat(until.text) if isinstance(until, Scalar) else today
        except ValueError:
            # A variable; what it holds is judged where it is used.
            continue
        if until is not None and day - today > AT_MOST:
            yield Problem(
                "acknowledged-until", Severity.WARNING, f"{day} is more than a year ahead",
                "Such an acknowledgement does not count: the reason must be checked again each year",
                "Write a day within a year", path="acknowledged",
                file=until.position.file or file, position=until.position,
            )  # fmt: skip


def _items(document: Node) -> Iterator[Mapping]:
    entries = document.entries if isinstance(document, Mapping) else ()
    node = next((each.value for each in entries if each.key.text == "acknowledged"), None)
    yield from (each for each in (node.items if isinstance(node, Sequence) else ()) if isinstance(each, Mapping))
