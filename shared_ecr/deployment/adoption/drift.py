"""What has drifted: the registry as it is declared, as it is deployed and as it is now, each against the others.

CloudFormation's own detection looks only at what a template declares, and says nothing of a policy that someone added.
https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2493
"""

from collections.abc import Iterator, Mapping

from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.deployment.adoption.access_equality import canonical
from shared_ecr.deployment.adoption.drift_records import (
    BY_HAND,
    NOT_DEPLOYED,
    STILL_DEPLOYED,
    DriftedField,
    DriftFinding,
    DriftQuestion,
    DriftVerdict,
    RepositoryDrift,
    drift_error,
    drift_note,
    drift_verdict,
)
from shared_ecr.deployment.adoption.field_differences import FieldDifference, RepositoryField, field_differences
from shared_ecr.deployment.adoption.setting_drift import setting_drift, unmanaged_settings
from shared_ecr.deployment.adoption.stack_made import live_with_parts
from shared_ecr.deployment.adoption.wanted_resources import WantedResource
from shared_ecr.documents.json_text import Json
from shared_ecr.documents.live import LiveResource
from shared_ecr.documents.live.live_registry import REPOSITORY
from shared_ecr.findings import Severity
from shared_ecr.text import first_few

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
_REGISTRY = "the registry"
_FIXED = (
    "Encryption is fixed when a repository is created, so a deployment would replace the repository",
    "Write the encryption into the declaration as it is",
)


def drifts(question: DriftQuestion) -> list[RepositoryDrift]:
    """Return every repository and declared setting of the registry, those in sync too, by name."""
    live, declared, deployed = question.live, question.declared, question.deployed
    names = {each.name for each in live.repositories}
    names |= {each.name for side in (declared, deployed) for each in side.repositories}
    found = [_of_repository(question, name) for name in sorted(names)]
    settings = sorted(key for key in {*declared.resources, *deployed.resources} if key[0] != REPOSITORY)
    found += (setting_drift(question, kind, name) for kind, name in settings)
    return [*found, *unmanaged_settings(question), *_unknown_parts(question)]


def _unknown_parts(question: DriftQuestion) -> Iterator[RepositoryDrift]:
    """Yield one entry where AWS answered with parts that no comparison looked at."""
    if unknown := question.live.unknown:
        what = f"AWS answered with parts that this release does not know: {first_few(unknown)}"
        finding = drift_error(
            "drift-unknown", _REGISTRY, what, "They are not compared, so it is not known whether they drifted",
            "Update shared-ecr, or accept it under 'acknowledged' with 'repository: all' if they are not settings",
            unknown,
        )  # fmt: skip
        yield RepositoryDrift(_REGISTRY, DriftVerdict.UNKNOWN, (), (finding,))


def _of_repository(question: DriftQuestion, name: str) -> RepositoryDrift:
    held = question.live.one(REPOSITORY, name)
    if held is None and not question.live.covers(name):
        finding = drift_error(
            "drift-unread", name,
            "it was not selected when the snapshot was taken, so it is not known whether it drifted", "",
            "Take the snapshot without --repository and --except, or leave it out with --except here too",
        )  # fmt: skip
        return RepositoryDrift(name, DriftVerdict.UNKNOWN, (), (finding,))
    wanted, made = question.declared.one(REPOSITORY, name), question.deployed.one(REPOSITORY, name)
    if held is None:
        return _missing(name, wanted, made)
    # What the declaration no longer has is compared with what is deployed.
    expected = wanted or made
    if expected is None:
        return _unmanaged(question, held)
    if parts := [part.action for part in question.live.unread if part.repository == name]:
        what = f"{', '.join(parts)} was denied, so it is not known whether it drifted"
        finding = drift_error("drift-unread", name, what, "", "Allow the actions of docs/reference/live.md")
        return RepositoryDrift(name, DriftVerdict.UNKNOWN, (), (finding,))
    fields, findings = _compared(question, held, expected, made)
    if wanted is None:
        findings.append(drift_note("drift-undeployed", name, STILL_DEPLOYED))
    if held.owner is not None and held.owner not in question.stacks:
        findings.insert(0, _owner(held))
    return RepositoryDrift(name, drift_verdict(findings), tuple(fields), tuple(findings))


def _compared(
    question: DriftQuestion, held: LiveResource, wanted: WantedResource, made: WantedResource | None
) -> tuple[list[DriftedField], list[DriftFinding]]:
    name, region = held.name, question.live.region
    target = TargetRepository(str(question.live.account), str(region), name, str(region.partition), None)
    live = live_with_parts(held, wanted.properties, question.stacks).properties
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
            what = "changed by hand to what the declaration has" if one is None else "changed only in the declaration"
            findings.append(drift_note(code, name, f"its {_IN_WORDS[field]} {what}"))
    if RepositoryField.POLICY not in by_hand:
        findings += _other_text(name, wanted.properties, live)
    if made is None:
        findings.append(drift_note("drift-undeployed", name, "it exists, and no stack of the declaration has it yet"))
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
    code, (why, fix) = _CODES[difference.field], BY_HAND if is_deployed else NOT_DEPLOYED
    if difference.field is RepositoryField.ENCRYPTION:
        why, fix = _FIXED
    states = (f"declared: {difference.before}", f"live: {difference.after}")
    if difference.access is None:
        how = "changed outside of the declaration" if is_deployed else "different in the declaration"
        return drift_error(code, name, f"its {_IN_WORDS[difference.field]} {how}", why, fix, states)
    access = difference.access
    if access.widened:
        # Who has access and should not is read first.
        lines = tuple(map(str, (*access.widened, *access.narrowed)))
        return drift_error(code, name, f"its policy allows more than is declared: {lines[0]}", why, fix, lines)
    if access.narrowed:
        lines = tuple(map(str, access.narrowed))
        return drift_error(code, name, f"its policy allows less than is declared: {lines[0]}", why, fix, lines)
    return drift_error(code, name, f"its policy may mean something else: {access.undecided}", why, fix, states)


def _other_text(name: str, declared: Properties, live: Properties) -> Iterator[DriftFinding]:
    if canonical(declared.get("RepositoryPolicyText")) != canonical(live.get("RepositoryPolicyText")):
        yield drift_note(
            "drift-text", name, "its policy is written differently from the declaration, and means the same"
        )


def _missing(name: str, wanted: WantedResource | None, made: WantedResource | None) -> RepositoryDrift:
    if made is None:
        what = "it is declared, and not deployed yet"
        return RepositoryDrift(name, DriftVerdict.UNDEPLOYED, (), (drift_note("drift-undeployed", name, what),))
    what = f"it was deleted, and the stack {made.stack} still has it"
    why = "Its images no longer exist, and the next deployment that changes it fails"
    fix = "Create it again by hand with its settings, or remove it from the declaration and deploy" if wanted else ""
    finding = drift_error(
        "repository-missing", name, what, why, fix or "Deploy the declaration, which does not have it either"
    )
    return RepositoryDrift(name, DriftVerdict.MISSING, (), (finding,))


def _unmanaged(question: DriftQuestion, held: LiveResource) -> RepositoryDrift:
    if held.owner is not None and held.owner not in question.stacks:
        what = f"it is not declared, and belongs to the stack {held.owner}"
        finding = drift_note("repository-unmanaged", held.name, what)
    else:
        what, fix = "it is not declared, and belongs to no stack", "'shared-ecr adopt' declares it"
        severity = Severity.ERROR if question.is_strict else Severity.NOTE
        finding = DriftFinding("repository-unmanaged", severity, what, "", fix, subject=held.name)
    return RepositoryDrift(held.name, DriftVerdict.UNMANAGED, (), (finding,))


def _owner(held: LiveResource) -> DriftFinding:
    what = f"it belongs to the stack {held.owner}, and is declared here"
    return drift_error("drift-owner", held.name, what, "Two owners overwrite each other", "Declare it in one place")
