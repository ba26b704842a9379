"""Lifecycle rules that ECR accepts and that do something else than they look like."""

from collections.abc import Iterable, Iterator, Sequence

from shared_ecr.fate.matching import entries_of
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.filters import WILDCARD, wildcard_matches
from shared_ecr.model.lifecycle import (
    Action,
    AnyImage,
    LifecyclePolicy,
    LifecycleRule,
    NewestImages,
    PushedAge,
    TaggedLike,
    TaggedWith,
    Untagged,
)
from shared_ecr.model.names import Tag
from shared_ecr.review.findings import RuleFinding, note, warning
from shared_ecr.text import quoted

# No tag has it: what a pattern does with it, it does with whatever a wildcard stands for.
_ANYTHING = "\0"


def traps(policy: LifecyclePolicy, words: tuple[str, ...]) -> Iterator[RuleFinding]:
    """Judge the rules of *policy*, which *words* say."""
    selecting: list[LifecycleRule] = []
    for rule in policy.rules:
        hopeless = next((entry for entry in entries_of(rule.selection) if not _can_match(rule, entry)), None)
        if hopeless is not None:
            yield _never(rule, hopeless, words)
            continue
        earlier = [each for each in selecting if each.storage_class is rule.storage_class]
        claiming = _claiming_all_of(rule, earlier)
        if claiming:
            yield _shadowed(rule, claiming, words)
        elif isinstance(rule.selection, AnyImage) and rule.action is Action.EXPIRE:
            yield from _takes_any(rule, earlier, words)
        selecting.append(rule)


def _never(rule: LifecycleRule, entry: str, words: tuple[str, ...]) -> RuleFinding:
    is_literal = isinstance(rule.selection, TaggedWith) and WILDCARD in entry
    no_tag = "It has a character that a tag cannot have, or a first character that a tag cannot begin with"
    why = "In a prefix, '*' is an ordinary character" if is_literal else no_tag
    fix = "Write it into tagPatternList" if is_literal else "Tags are letters, digits, '_', '.' and '-'"
    return warning(
        "lifecycle-never", f"rule {rule.priority} never selects an image: no tag can match {quoted(entry)}",
        f"{why}; the images that it should keep or delete are left to the other rules", fix, words,
    )  # fmt: skip


def _shadowed(rule: LifecycleRule, claiming: Sequence[LifecycleRule], words: tuple[str, ...]) -> RuleFinding:
    return warning(
        "lifecycle-shadowed",
        f"rule {rule.priority} never acts: {_rules(claiming)} all of its images before",
        "An image belongs to the first rule that selects it, even if that rule keeps it",
        f"Give rule {rule.priority} a lower number, or remove it",
        words,
    )


def _takes_any(rule: LifecycleRule, earlier: Sequence[LifecycleRule], words: tuple[str, ...]) -> Iterator[RuleFinding]:
    spared = [each for each in earlier if not isinstance(each.selection, Untagged)]
    match rule.count:
        case PushedAge(days):
            but = (
                " but those that " + _rules(spared) + " first"
                if spared
                else ", whatever its tags, even one that is in use"
            )
            yield warning(
                "lifecycle-everything", f"rule {rule.priority} deletes every image {days} days after its push{but}",
                "After that time without a push the repository is empty, and running images cannot be pulled again",
                "Select tags, or count images (imageCountMoreThan) so that the newest are kept", words,
            )  # fmt: skip
        case NewestImages(keep) if not spared:
            yield note(
                "lifecycle-crowding", f"rule {rule.priority} keeps the newest {keep} images of any kind",
                "Builds of branches and pull requests count as well, so releases expire although they run",
                "Select the images that must stay, such as 'v*', by a rule with a lower number", words,
            )  # fmt: skip
        case _:
            return


def _rules(rules: Sequence[LifecycleRule]) -> str:
    numbers = " and ".join(str(each.priority) for each in rules)
    return f"rule {numbers} selects" if len(rules) == 1 else f"rules {numbers} select"


def _can_match(rule: LifecycleRule, entry: str) -> bool:
    """Whether some tag is like *entry*."""
    if isinstance(rule.selection, TaggedWith):
        return not entry or _is_tag(entry)
    return any(_is_tag(entry.replace(WILDCARD, letter)) for letter in ("", "a"))


def _is_tag(text: str) -> bool:
    try:
        Tag.parse(text)
    except InvalidValueError:
        return False
    return True


def _claiming_all_of(rule: LifecycleRule, earlier: Iterable[LifecycleRule]) -> tuple[LifecycleRule, ...]:
    """Return the rules that claim, alone or as a pair, every image of *rule* before it; none where some are left."""
    others = list(earlier)
    if isinstance(rule.selection, AnyImage):
        untagged = [each for each in others if isinstance(each.selection, Untagged)]
        tagged = [each for each in others if not isinstance(each.selection, Untagged) and _covers(each, (_ANYTHING,))]
        return (untagged[0], tagged[0]) if untagged and tagged else ()
    if isinstance(rule.selection, Untagged):
        return ()
    wanted = tuple(each.replace(WILDCARD, _ANYTHING) for each in _patterns(rule))
    return next(((each,) for each in others if _covers(each, wanted)), ())


def _covers(rule: LifecycleRule, tags: Sequence[str]) -> bool:
    """Whether *rule* selects an image with *tags*, each of which stands for all tags like it."""
    patterns = _patterns(rule)
    return bool(patterns) and all(any(wildcard_matches(pattern, tag) for tag in tags) for pattern in patterns)


def _patterns(rule: LifecycleRule) -> tuple[str, ...]:
    match rule.selection:
        case TaggedWith(prefixes):
            return tuple(f"{prefix}*" for prefix in prefixes)
        case TaggedLike(patterns):
            return patterns
        case _:
            return ()
