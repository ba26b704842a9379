"""What happens, in words: each change once, however many repositories it happens to alike."""

from collections.abc import Iterator, Sequence

from shared_ecr.access.changes import Direction
from shared_ecr.fate.changes import ChangeKind
from shared_ecr.fate.outcomes import RepositoryOutcome
from shared_ecr.fate.reports.rows import TITLES
from shared_ecr.records import record
from shared_ecr.review.reports.grouping import grouped, named
from shared_ecr.review.reports.sections import WORST
from shared_ecr.review.verdict import Happening, PropertyChange, RepositoryChange, ReviewResult, SettingChange
from shared_ecr.text import first_few, first_lines, visible

# The first images say which kind it is; the JSON has them all.
IMAGES_NAMED = 5
_Sections = tuple[tuple[str, tuple[str, ...]], ...]
_Reported = tuple[RepositoryChange | SettingChange, _Sections]
# The rest is in the JSON.
_MEMBERS = 200


@record
class GroupedChange:
    """What happens to one thing, or alike to several; no character of it takes no ink."""

    happening: Happening
    heading: str
    """What it happens to; of several the first ones and a number."""
    place: str
    """Where it is deployed, and where a reader finds it; empty for several."""
    sections: _Sections = ()
    """Titles, and the lines below them, each beginning with `+ `, `- ` or two blanks."""
    outcome: RepositoryOutcome | None = None


def grouped_changes(verdict: ReviewResult) -> list[GroupedChange]:
    """Return what happens, the worst first, repositories before settings; equal changes together."""
    everything: list[RepositoryChange | SettingChange] = [*verdict.repositories, *verdict.settings]
    worst_first = sorted(everything, key=lambda each: WORST.index(each.happening))
    reported = [(each, tuple(_sections(each))) for each in worst_first]
    return [_shown([change for change, _ in group], group[0][1]) for group in grouped(map(_keyed, reported))]


def _keyed(reported: _Reported) -> tuple[object, _Reported]:
    """Return the key that changes share which are shown together: none without anything to say, or with images."""
    change, sections = reported
    has_images = isinstance(change, RepositoryChange) and change.outcome is not None
    is_alone = has_images or not sections or isinstance(change, SettingChange)
    return (id(change) if is_alone else (change.happening, sections)), reported


def _shown(group: Sequence[RepositoryChange | SettingChange], sections: _Sections) -> GroupedChange:
    first = group[0]
    outcome = first.outcome if isinstance(first, RepositoryChange) else None
    if len(group) == 1:
        return GroupedChange(first.happening, _name(first), _place(first), sections, outcome)
    members = first_lines([f"  {_name(each)} ({_place(each)})" for each in group], _MEMBERS)
    return GroupedChange(
        first.happening, named(list(map(_name, group))), "", (*sections, ("repositories", tuple(members)))
    )


def _name(change: RepositoryChange | SettingChange) -> str:
    name = change.name if isinstance(change, RepositoryChange) else change.what
    return visible(f"{name}, {change.world}" if change.world else name)


def _place(change: RepositoryChange | SettingChange) -> str:
    return visible(f"{change.home}, {change.origin}")


def _sections(change: RepositoryChange | SettingChange) -> Iterator[tuple[str, tuple[str, ...]]]:
    for difference in change.differences:
        yield difference.what, tuple(_difference_lines(difference))
    if isinstance(change, RepositoryChange):
        for title, lines in (("access", _access_lines(change)), ("images", _fate_lines(change))):
            if lines:
                yield title, tuple(lines)


def _difference_lines(difference: PropertyChange) -> list[str]:
    """Return a difference line by line, each beginning with `+ `, `- ` or two blanks."""
    if difference.lines:
        return [visible(line) for line in difference.lines]
    before = [f"- {visible(difference.before)}"] if difference.before is not None else []
    after = [f"+ {visible(difference.after)}"] if difference.after is not None else []
    return [*before, *after]


def _access_lines(change: RepositoryChange) -> list[str]:
    """Return who may now do what, and who no longer, each with its witness."""
    sign = {Direction.ALLOWED: "+", Direction.DENIED: "-"}
    prefix = f"{change.name}: "
    return [f"{sign[each.direction]} {visible(str(each).removeprefix(prefix))}" for each in change.access]


def _fate_lines(change: RepositoryChange) -> list[str]:
    """Return what becomes of the images: by number where an inventory shows, else that the number is unknown."""
    if change.outcome is not None:
        return list(_fates(change.outcome))
    if any(each.what == "lifecycle policy" for each in change.differences):
        return ["  number of images unknown: no inventory (--images FILE)"]
    return []


def _fates(outcome: RepositoryOutcome) -> Iterator[str]:
    if not outcome.changes:
        yield f"  none of {len(outcome.verdicts)} images has another fate"
    for kind in ChangeKind:
        changed = [each for each in outcome.changes if each.kind is kind]
        if changed:
            images = first_few((visible(each.image.shown) for each in changed), IMAGES_NAMED)
            sign = "+" if kind is ChangeKind.NOW_KEPT else "-"
            yield f"{sign} {TITLES[kind]}: {len(changed)} of {len(outcome.verdicts)} images ({images})"
