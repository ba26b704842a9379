"""What Terraform marks as sensitive: a review judges it and prints none of it.

What is found in a sensitive policy is reported by its code and a fixed sentence; every text of a sensitive value that
is left in a sentence is replaced by a mark.
Source: https://developer.hashicorp.com/terraform/internals/json-format (`before_sensitive`, `after_sensitive`)
"""

from collections.abc import Iterable, Iterator, Mapping

from shared_ecr.documents.json_text import Json, read_json
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.findings import JudgedFinding
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.records import record, replace
from shared_ecr.review.changes.differences import IN_WORDS
from shared_ecr.review.deployments import Deployment, Doubt, Origin, RegistryHome, Resource
from shared_ecr.review.documents.open_values import open_value
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.repositories import REPOSITORY
from shared_ecr.review.sensitive_texts import MARK, SensitiveTexts
from shared_ecr.review.verdict import PropertyChange, RepositoryChange, ReviewResult, SettingChange
from shared_ecr.text.patterns import LazyPattern

_POLICY = frozenset({"RepositoryPolicyText", "RepositoryPolicy", "PolicyText", "Body"})
_RULES = frozenset({"LifecyclePolicy"})
_MODES = ("mutability", "exclusion-")
# The codes of findings that quote neither a policy nor rules, by how they begin.
_QUOTES_NO_TEXT = (
    *_MODES, "hidden-by-change", "encryption", "key-", "logical-id-", "name-", "plan-", "pull-through-",
    "registry-singleton", "removal-", "repository-", "scan", "setting-moved", "stack-",
)  # fmt: skip
# Properties with few values, which a mark in a sentence cannot hide: the codes of findings that quote them.
_QUOTED_BY: Mapping[str, tuple[str, ...]] = {
    "ImageTagMutability": _MODES,
    "ImageTagMutabilityExclusionFilters": _MODES,
    "EncryptionConfiguration": ("encryption", "kms-region", "repository-replaced"),
}
_SENTENCES = {
    "access-widened-outside": "principals outside of the known accounts are allowed more than before",
    "access-widened": "principals are allowed more than before",
    "access-narrowed": "principals are allowed less than before",
    "access-public": "everyone is allowed access",
    "policy-gone": "the policy is removed",
    "lifecycle-loses-more": "the rules expire images that were kept",
    "lifecycle-may-lose-more": "the rules may expire images that were kept",
}
# Words of the grammars of policies and rules: they say nothing that is a secret.
_WORDS = frozenset({
    "allow", "deny", "effect", "action", "notaction", "resource", "notresource", "principal", "notprincipal",
    "condition", "statement", "version", "sid", "aws", "service", "federated", "canonicaluser", "federateduser", "arn",
    "iam", "sts", "root", "role", "user", "group", "repository", "true", "false", "null", "any", "tagged", "untagged",
    "expire", "transition", "archive", "standard", "days", "kms", "aes256", "mutable", "immutable", "rules",
    "selection",
})  # fmt: skip
_PUBLIC = LazyPattern(
    r"[a-z0-9-]+:[A-Za-z*?]+|20(?:08|12)-10-17|[a-z0-9.-]+\.amazonaws\.com|[a-z]{2,5}(?:-[a-z]+)+-[0-9]|aws(?:-[a-z]+)+"
)
_NAMES = frozenset({"RepositoryName", "EcrRepositoryPrefix", "Prefix"})
_PARTS = LazyPattern(r"[:/\s]")
_SHORTEST = 3


@record
class SensitiveValues:
    """The sensitive properties of both sides, and the texts that are in them."""

    properties: Mapping[tuple[str, str], frozenset[str]]
    """By stack and logical id."""
    homes: frozenset[RegistryHome]
    """The registries of which a policy is sensitive: it covers every repository there."""
    texts: SensitiveTexts

    @classmethod
    def of(cls, *sides: Deployment | None) -> "SensitiveValues":
        """Collect those of *sides*."""
        properties: dict[tuple[str, str], frozenset[str]] = {}
        homes, texts, public = set(), set(), set()
        for resource in (each for side in sides if side for stack in side.stacks for each in stack.resources):
            public |= {each for each in (resource.home.account, resource.home.region) if each}
            if not resource.sensitive:
                continue
            key = (resource.origin.stack, resource.origin.logical_id)
            properties[key] = properties.get(key, frozenset()) | resource.sensitive
            for name in resource.sensitive:
                value = resource.properties.get(name)
                # The parts of a name are those of other names, too.
                texts |= {value} if name in _NAMES and isinstance(value, str) else set(_texts(value))
            if resource.type in {REGISTRY_POLICY.type, CALLED_SETTING.type}:
                homes.add(resource.home)
        return cls(properties, frozenset(homes), SensitiveTexts(texts - public))

    def at(self, origin: Origin | None) -> frozenset[str]:
        """Return the sensitive properties of the resource at *origin*."""
        return self.properties.get((origin.stack, origin.logical_id), frozenset()) if origin else frozenset()

    def hidden(self, text: str) -> str:
        """Return *text* with a mark in the place of each sensitive text."""
        return self.texts.hidden(text)


def hide_sensitive(result: ReviewResult, before: Deployment | None, after: Deployment) -> ReviewResult:
    """Return *result* without any sensitive text of *before* or *after*."""
    values = SensitiveValues.of(before, after, *_drift(after))
    if not values.properties:
        return result
    return replace(
        result,
        repositories=tuple(_repository(each, values) for each in result.repositories),
        settings=tuple(_setting(each, values) for each in result.settings),
        findings=tuple(_finding(each, values) for each in result.findings),
        headroom=tuple(replace(each, subject=values.hidden(each.subject)) for each in result.headroom),
        doubts=tuple(Doubt(each.place, values.hidden(each.what)) for each in result.doubts),
    )


def _drift(after: Deployment) -> Iterator[Deployment]:
    """Yield what was changed outside of Terraform, on both sides."""
    for stack in after.stacks:
        if stack.plan and stack.plan.drift:
            yield Deployment(after.source, stack.plan.drift)


def without_sensitive(deployment: Deployment) -> Deployment:
    """Return *deployment* with every sensitive property open, and a doubt for each: for what prints values."""
    doubts: list[Doubt] = []
    homes = SensitiveValues.of(deployment).homes

    def opened(resource: Resource) -> Resource:
        names = sorted(resource.sensitive & set(resource.properties))
        if resource.home in homes and resource.type == REPOSITORY:
            # Access to a repository depends on the policy of its registry, too.
            names = sorted({*names, "RepositoryPolicyText"})
        place = f"{resource.origin.file}: {resource.origin.logical_id}"
        doubts.extend(Doubt(place, f"{name} is marked as sensitive; it is not shown and not judged") for name in names)
        marks = {name: open_value(f"{resource.origin.logical_id}.{name}") for name in names}
        if not marks:
            return resource
        sensitive = resource.sensitive | set(names)
        return replace(resource, properties={**resource.properties, **marks}, sensitive=sensitive)

    stacks = tuple(
        replace(stack, resources=tuple(map(opened, stack.resources)))
        if any(each.sensitive for each in stack.resources)
        else stack
        for stack in deployment.stacks
    )
    return replace(deployment, stacks=stacks, doubts=(*deployment.doubts, *doubts))


def _repository(change: RepositoryChange, values: SensitiveValues) -> RepositoryChange:
    names = values.at(change.origin)
    is_hidden = bool(names & _POLICY) or change.home in values.homes
    return replace(
        change,
        name=values.hidden(change.name),
        differences=tuple(_difference(each, {IN_WORDS.get(name, name) for name in names}, values)
                          for each in change.differences),
        access=() if is_hidden else change.access,
        storage=None if names & _RULES else change.storage,
    )  # fmt: skip


def _setting(change: SettingChange, values: SensitiveValues) -> SettingChange:
    is_hidden = bool(values.at(change.origin)) or (change.home in values.homes and change.what == "registry policy")
    words = {each.what for each in change.differences} if is_hidden else set()
    differences = tuple(_difference(each, words, values) for each in change.differences)
    return replace(change, what=values.hidden(change.what), differences=differences)


def _difference(difference: PropertyChange, words: Iterable[str], values: SensitiveValues) -> PropertyChange:
    if difference.what in words:
        was, now = (None if side is None else MARK for side in (difference.before, difference.after))
        return PropertyChange(difference.what, was, now, (f"  {MARK}",) if difference.lines else ())
    was, now = (
        None if side is None else values.hidden(side) for side in (difference.before, difference.after)
    )  # fmt: skip
    return PropertyChange(difference.what, was, now, tuple(map(values.hidden, difference.lines)))


def _finding(judged: JudgedFinding[ReviewFinding], values: SensitiveValues) -> JudgedFinding[ReviewFinding]:
    finding = judged.finding
    if _quotes_sensitive(finding, values):
        what = _SENTENCES.get(finding.code, f"the check {finding.code} has a finding about it")
        finding = replace(
            finding,
            what=f"{what}; Terraform marks the value as sensitive, so the details are not printed",
            fix="Look at the value in the configuration, then change it or acknowledge the finding",
            details=(),
        )
    hidden = replace(
        finding,
        subject=values.hidden(finding.subject),
        what=values.hidden(finding.what),
        why=values.hidden(finding.why),
        fix=values.hidden(finding.fix),
        details=tuple(map(values.hidden, finding.details)),
    )
    return replace(judged, finding=hidden)


def _quotes_sensitive(finding: ReviewFinding, values: SensitiveValues) -> bool:
    names = values.at(finding.origin)
    is_of_text = bool(names & (_POLICY | _RULES)) or finding.home in values.homes
    if is_of_text and not finding.code.startswith(_QUOTES_NO_TEXT):
        return True
    return any(finding.code.startswith(_QUOTED_BY[name]) for name in names if name in _QUOTED_BY)


def _texts(value: Json) -> Iterator[str]:
    """Yield every text in *value* that may be a secret: wholes, and the parts of ARNs."""
    match value:
        case str():
            yield from _of_text(value)
        case list():
            for each in value:
                yield from _texts(each)
        case dict():
            for key, each in value.items():
                yield from _of_text(key)
                yield from _texts(each)
        case _:
            return


def _of_text(text: str) -> Iterator[str]:
    for part in () if _PUBLIC.fullmatch(text) else {text, *_PARTS.split(text)}:
        if len(part) >= _SHORTEST and part.lower() not in _WORDS and not _PUBLIC.fullmatch(part):
            yield part
    if text.lstrip()[:1] in {"{", "["}:
        try:
            yield from _texts(read_json(text))
        except InvalidPolicyError:
            return
