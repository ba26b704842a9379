"""What has drifted: the registry as it is declared, as it is deployed and as it is now, each against the others.

CloudFormation's own detection looks only at what a template declares, and says nothing of a policy that someone added.
https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2493
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.deployment.adoption.access_equality import canonical
from shared_ecr.deployment.adoption.field_differences import FieldDifference, RepositoryField, field_differences
from shared_ecr.deployment.adoption.setting_differences import READ_BY, called, changed_properties, is_unread
from shared_ecr.deployment.adoption.stack_made import live_with_parts
from shared_ecr.deployment.adoption.wanted_resources import STACK_KEY, WantedRegistry, WantedResource
from shared_ecr.documents.json_text import Json
from shared_ecr.documents.live import LiveRegistry, LiveResource
from shared_ecr.documents.live.live_registry import REPOSITORY
from shared_ecr.findings import Finding, Severity

Properties = Mapping[str, Json]
_CODES = {
    RepositoryField.POLICY: "drift-policy",
    RepositoryField.LIFECYCLE: "drift-lifecycle",
    RepositoryField.MUTABILITY: "drift-mutability",
    RepositoryField.SCAN: "drift-scan",
    RepositoryField.ENCRYPTION: "drift-encryption",
    RepositoryField.TAGS: "drift-tags",
}
# How messages call a field, with its verb.
_IN_WORDS = {
    RepositoryField.POLICY: "policy was",
    RepositoryField.LIFECYCLE: "lifecycle policy was",
    RepositoryField.MUTABILITY: "tag mutability was",
    RepositoryField.SCAN: "scan on push was",
    RepositoryField.ENCRYPTION: "encryption was",
    RepositoryField.TAGS: "tags were",
}
_BY_HAND = (
    "A deployment repairs nothing until this resource changes in the template, and takes all of it back then",
    "Write it into the declaration, or change the resource and deploy",
)
_FIXED = (
    "Encryption is fixed when a repository is created, so a deployment would replace the repository",
    "Write the encryption into the declaration as it is",
)
_NOT_DEPLOYED = (
    "No stack of the declaration has it yet; an import would change this",
    "Write it into the declaration ('shared-ecr adopt' does), or accept the change when it is imported",
)


class DriftVerdict(StrEnum):
    """How a repository is, in a word."""

    IN_SYNC = "in sync"
    DRIFTED = "drifted"
    UNDEPLOYED = "not deployed yet"
    BEHIND = "deployed later"
    MISSING = "missing"
    UNMANAGED = "unmanaged"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftFinding(Finding):
    """One thing that is not the same everywhere. Codes: docs/how-to/drift.md."""

    subject: str

    @property
    def place(self) -> str:
        """What it is about."""
        return self.subject


@dataclass(frozen=True, slots=True)
class DriftedField:
    """One field in its three states."""

    field: str
    declared: str
    deployed: str
    live: str


@dataclass(frozen=True, slots=True)
class RepositoryDrift:
    """One repository, or one setting, in its three states."""

    name: str
    verdict: DriftVerdict
    fields: tuple[DriftedField, ...]
    findings: tuple[DriftFinding, ...]


@dataclass(frozen=True, slots=True)
class DriftQuestion:
    """The three states of one registry, and what is known around them."""

    live: LiveRegistry
    declared: WantedRegistry
    deployed: WantedRegistry
    stacks: tuple[str, ...]
    known: TrustBoundary
    is_strict: bool = False
    """Whether repositories that no one declared block."""


def drifts(question: DriftQuestion) -> list[RepositoryDrift]:
    """Return every repository and declared setting of the registry, those in sync too, by name."""
    live, declared, deployed = question.live, question.declared, question.deployed
    names = {each.name for each in live.repositories}
    names |= {each.name for side in (declared, deployed) for each in side.repositories}
    found = [_of_repository(question, name) for name in sorted(names)]
    settings = sorted(key for key in {*declared.resources, *deployed.resources} if key[0] != REPOSITORY)
    return [*found, *(_of_setting(question, kind, name) for kind, name in settings)]


def _of_repository(question: DriftQuestion, name: str) -> RepositoryDrift:
    held = question.live.one(REPOSITORY, name)
    wanted, made = question.declared.one(REPOSITORY, name), question.deployed.one(REPOSITORY, name)
    if held is None:
        return _missing(name, wanted, made)
    if wanted is None and made is None:
        return _unmanaged(question, held)
    if parts := [part.action for part in question.live.unread if part.repository == name]:
        what = f"{', '.join(parts)} was denied, so it is not known whether it drifted"
        finding = _error("drift-unread", name, what, "", "Allow the actions of docs/reference/live.md")
        return RepositoryDrift(name, DriftVerdict.UNKNOWN, (), (finding,))
    # What the declaration no longer has is compared with what is deployed.
    fields, findings = _compared(question, name, held, wanted or made, made)
    if wanted is None:
        findings.append(_note("drift-undeployed", name, "it was removed from the declaration, and is still deployed"))
    if held.owner is not None and held.owner not in question.stacks:
        findings.insert(0, _owner(held))
    return RepositoryDrift(name, _verdict(findings), tuple(fields), tuple(findings))


def _compared(
    question: DriftQuestion, name: str, held: LiveResource, wanted: WantedResource | None, made: WantedResource | None
) -> tuple[list[DriftedField], list[DriftFinding]]:
    if wanted is None:
        return [], []
    region = question.live.region
    target = TargetRepository(str(question.live.account), str(region), name, str(region.partition), None)
    live = with_stack_key(held, question.stacks).properties
    deployed = made.properties if made else None
    by_hand = _by_field(wanted.properties, live, target, question.known)
    undone = _by_field(deployed, live, target, question.known) if deployed is not None else {}
    pending = _by_field(deployed, wanted.properties, target, question.known) if deployed is not None else {}
    fields, findings = [], []
    for field in RepositoryField:
        one, other = by_hand.get(field), pending.get(field)
        if one is None and other is None:
            continue
        fields.append(_states(field, one, other))
        # What equals the deployed state was not changed by hand: it waits for a deployment.
        if one is not None and (field in undone or deployed is None):
            findings.append(_changed_by_hand(name, one, is_deployed=deployed is not None))
        if other is not None:
            code = "drift-behind" if one is None else "drift-undeployed"
            what = "changed by hand, as the declaration says" if one is None else "changed in the declaration alone"
            findings.append(_note(code, name, f"its {_IN_WORDS[field]} {what}"))
    if RepositoryField.POLICY not in by_hand:
        findings += _other_text(name, wanted.properties, live)
    if made is None:
        findings.append(_note("drift-undeployed", name, "it exists, and no stack of the declaration has it yet"))
    return fields, findings


def _states(field: RepositoryField, by_hand: FieldDifference | None, pending: FieldDifference | None) -> DriftedField:
    declared = by_hand.before if by_hand else pending.after if pending else ""
    live = by_hand.after if by_hand else declared
    return DriftedField(str(field), declared, pending.before if pending else declared, live)


def _by_field(
    before: Properties, after: Properties, target: TargetRepository, known: TrustBoundary
) -> dict[RepositoryField, FieldDifference]:
    return {each.field: each for each in field_differences(before, after, target, known)}


def _changed_by_hand(name: str, difference: FieldDifference, *, is_deployed: bool) -> DriftFinding:
    code, (why, fix) = _CODES[difference.field], _BY_HAND if is_deployed else _NOT_DEPLOYED
    if difference.field is RepositoryField.ENCRYPTION:
        why, fix = _FIXED
    states = (f"declared: {difference.before}", f"live: {difference.after}")
    if difference.access is None:
        how = "changed outside of the declaration" if is_deployed else "declared otherwise"
        return _error(code, name, f"its {_IN_WORDS[difference.field]} {how}", why, fix, states)
    access = difference.access
    if access.widened:
        # Who has access and should not is read first.
        lines = tuple(map(str, (*access.widened, *access.narrowed)))
        return _error(code, name, f"its policy allows more than is declared: {lines[0]}", why, fix, lines)
    if access.narrowed:
        lines = tuple(map(str, access.narrowed))
        return _error(code, name, f"its policy allows less than is declared: {lines[0]}", why, fix, lines)
    return _error(code, name, f"its policy may mean something else: {access.undecided}", why, fix, states)


def _other_text(name: str, declared: Properties, live: Properties) -> Iterator[DriftFinding]:
    if canonical(declared.get("RepositoryPolicyText")) != canonical(live.get("RepositoryPolicyText")):
        yield _note("drift-text", name, "its policy is written differently than declared, and means the same")


def _missing(name: str, wanted: WantedResource | None, made: WantedResource | None) -> RepositoryDrift:
    if made is None:
        what = "it is declared, and not deployed yet"
        return RepositoryDrift(name, DriftVerdict.UNDEPLOYED, (), (_note("drift-undeployed", name, what),))
    what = f"it was deleted, and the stack {made.stack} still has it"
    why = "Its images no longer exist, and the next deployment that changes it fails"
    fix = "Create it again by hand with its settings, or remove it from the declaration and deploy" if wanted else ""
    finding = _error("repository-missing", name, what, why, fix or "Deploy the declaration, which lacks it too")
    return RepositoryDrift(name, DriftVerdict.MISSING, (), (finding,))


def _unmanaged(question: DriftQuestion, held: LiveResource) -> RepositoryDrift:
    if held.owner is not None and held.owner not in question.stacks:
        what = f"it is not declared, and belongs to the stack {held.owner}"
        finding = _note("repository-unmanaged", held.name, what)
    else:
        what, fix = "it is not declared, and belongs to no stack", "'shared-ecr adopt' declares it"
        severity = Severity.ERROR if question.is_strict else Severity.NOTE
        finding = DriftFinding("repository-unmanaged", severity, what, "", fix, subject=held.name)
    return RepositoryDrift(held.name, DriftVerdict.UNMANAGED, (), (finding,))


def _owner(held: LiveResource) -> DriftFinding:
    what = f"it belongs to the stack {held.owner}, and is declared here"
    return _error("drift-owner", held.name, what, "Two owners overwrite each other", "Declare it in one place")


def _of_setting(question: DriftQuestion, kind: str, name: str) -> RepositoryDrift:
    what = called(kind, name)
    held = question.live.one(kind, name)
    wanted, made = question.declared.one(kind, name), question.deployed.one(kind, name)
    expected = wanted or made
    if expected is None:
        return RepositoryDrift(what, DriftVerdict.IN_SYNC, (), ())
    if is_unread(question.live, expected):
        said = f"{READ_BY.get(kind, 'its reading')} was denied, so it is not known whether it drifted"
        finding = _error("drift-unread", what, said, "", "Allow the actions of docs/reference/live.md")
        return RepositoryDrift(what, DriftVerdict.UNKNOWN, (), (finding,))
    if held is None:
        if made is None:
            finding = _note("drift-undeployed", what, "it is declared, and not deployed yet")
            return RepositoryDrift(what, DriftVerdict.UNDEPLOYED, (), (finding,))
        finding = _error("drift-setting", what, "it was removed outside of the declaration", *_BY_HAND)
        return RepositoryDrift(what, DriftVerdict.DRIFTED, (), (finding,))
    fields, findings = [], []
    by_hand = _setting_differences(question, held, expected)
    undone = _setting_differences(question, held, made) if made else by_hand
    pending = changed_properties(made.properties, wanted.properties) if made and wanted else {}
    for key in sorted({*by_hand, *pending}):
        live, declared = by_hand.get(key, ("", ""))
        deployed = pending[key][0] if key in pending else declared
        fields.append(DriftedField(key, declared or pending[key][1], deployed, live or declared))
    # What equals the deployed state was not changed by hand: it waits for a deployment.
    if changed := sorted(by_hand.keys() & undone.keys()):
        lines = tuple(f"{key}: live {by_hand[key][0]}, declared {by_hand[key][1]}" for key in changed)
        how, (why, fix) = (
            ("changed outside of the declaration", _BY_HAND) if made else ("declared otherwise", _NOT_DEPLOYED)
        )
        findings.append(_error("drift-setting", what, f"it was {how}", why, fix, lines))
    waiting, done = (sorted(pending.keys() & by_hand.keys()), sorted(pending.keys() - by_hand.keys()))
    if waiting:
        findings.append(_note("drift-undeployed", what, f"{', '.join(waiting)}: changed in the declaration alone"))
    if done:
        findings.append(_note("drift-behind", what, f"{', '.join(done)}: changed by hand, as the declaration says"))
    if wanted is None:
        findings.append(_note("drift-undeployed", what, "it was removed from the declaration, and is still deployed"))
    return RepositoryDrift(what, _verdict(findings), tuple(fields), tuple(findings))


def _setting_differences(
    question: DriftQuestion, held: LiveResource, expected: WantedResource
) -> dict[str, tuple[str, str]]:
    live = live_with_parts(held, expected.properties, question.stacks)
    return changed_properties(live.properties, expected.properties)


def with_stack_key(held: LiveResource, stacks: Sequence[str]) -> LiveResource:
    """Return *held* with its key called what a template calls the key of its stack, where one of *stacks* made it."""
    encryption = held.properties.get("EncryptionConfiguration")
    if held.key_owner not in stacks or not isinstance(encryption, dict):
        return held
    return replace(held, properties={**held.properties, "EncryptionConfiguration": {**encryption, "KmsKey": STACK_KEY}})


def _verdict(findings: Sequence[DriftFinding]) -> DriftVerdict:
    codes = {each.code for each in findings} - {"drift-text"}
    if not codes:
        return DriftVerdict.IN_SYNC
    if codes == {"drift-undeployed"}:
        return DriftVerdict.UNDEPLOYED
    return DriftVerdict.BEHIND if codes <= {"drift-behind", "drift-undeployed"} else DriftVerdict.DRIFTED


def _error(  # noqa: PLR0913, PLR0917 — the parts of a finding
    code: str, subject: str, what: str, why: str, fix: str, details: tuple[str, ...] = ()
) -> DriftFinding:
    return DriftFinding(code, Severity.ERROR, what, why, fix, details, subject=subject)


def _note(code: str, subject: str, what: str) -> DriftFinding:
    return DriftFinding(code, Severity.NOTE, what, subject=subject)
