"""What has drifted of one setting of the registry, by its properties."""

from collections.abc import Iterator

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
from shared_ecr.deployment.adoption.setting_differences import READ_BY, called, changed_properties, is_unread
from shared_ecr.deployment.adoption.stack_made import live_with_parts
from shared_ecr.deployment.adoption.wanted_resources import WantedResource
from shared_ecr.documents.live import LiveResource
from shared_ecr.documents.live.live_registry import REPOSITORY
from shared_ecr.findings import Severity
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.model.settings.scanning import SCANNING_CONFIGURATION

# Repositories are compared elsewhere. ECR has a scanning configuration and account settings without anyone's doing.
_ALWAYS_THERE = frozenset({REPOSITORY, SCANNING_CONFIGURATION.type, CALLED_SETTING.type})


def unmanaged_settings(question: DriftQuestion) -> Iterator[RepositoryDrift]:
    """Yield the settings that exist only where a person or a program made them, and that are not declared.

    A registry policy gives access to declared repositories too, so it blocks; any other is a note, as a repository is.
    """
    managed = {*question.declared.resources, *question.deployed.resources}
    for held in sorted(question.live.resources, key=lambda each: (each.kind, each.name)):
        if held.kind not in _ALWAYS_THERE and (held.kind, held.name) not in managed:
            yield _unmanaged(question, held)


def _unmanaged(question: DriftQuestion, held: LiveResource) -> RepositoryDrift:
    what, is_another = called(held.kind, held.name), held.owner is not None and held.owner not in question.stacks
    said = f"it is not declared, and belongs to the stack {held.owner}" if is_another else "it is not declared"
    blocks = held.kind == REGISTRY_POLICY.type or (question.is_strict and not is_another)
    finding = DriftFinding(
        "setting-unmanaged",
        Severity.ERROR if blocks else Severity.NOTE,
        said,
        "It gives access to every repository of the registry" if held.kind == REGISTRY_POLICY.type else "",
        "Declare it under 'registry', remove it, or accept it under 'acknowledged' with 'repository: all'",
        subject=what,
    )
    return RepositoryDrift(what, DriftVerdict.UNMANAGED, (), (finding,))


def setting_drift(question: DriftQuestion, kind: str, name: str) -> RepositoryDrift:
    """Compare the setting of type *kind* that is called *name*; a singleton has no name."""
    what = called(kind, name)
    held = question.live.one(kind, name)
    wanted, made = question.declared.one(kind, name), question.deployed.one(kind, name)
    expected = wanted or made
    if expected is None:
        return RepositoryDrift(what, DriftVerdict.IN_SYNC, (), ())
    if is_unread(question.live, expected):
        said = f"{READ_BY.get(kind, 'its reading')} was denied, so it is not known whether it drifted"
        finding = drift_error("drift-unread", what, said, "", "Allow the actions of docs/reference/live.md")
        return RepositoryDrift(what, DriftVerdict.UNKNOWN, (), (finding,))
    if held is None:
        if made is None:
            finding = drift_note("drift-undeployed", what, "it is declared, and not deployed yet")
            return RepositoryDrift(what, DriftVerdict.UNDEPLOYED, (), (finding,))
        finding = drift_error("drift-setting", what, "it was removed outside of the declaration", *BY_HAND)
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
            ("changed outside of the declaration", BY_HAND) if made else ("different in the declaration", NOT_DEPLOYED)
        )
        findings.append(drift_error("drift-setting", what, f"it was {how}", why, fix, lines))
    waiting, done = (sorted(pending.keys() & by_hand.keys()), sorted(pending.keys() - by_hand.keys()))
    if waiting:
        findings.append(drift_note("drift-undeployed", what, f"{', '.join(waiting)}: changed only in the declaration"))
    if done:
        findings.append(drift_note("drift-behind", what, f"{', '.join(done)}: changed by hand, as declared"))
    if wanted is None:
        findings.append(drift_note("drift-undeployed", what, STILL_DEPLOYED))
    return RepositoryDrift(what, drift_verdict(findings), tuple(fields), tuple(findings))


def _setting_differences(
    question: DriftQuestion, held: LiveResource, expected: WantedResource
) -> dict[str, tuple[str, str]]:
    live = live_with_parts(held, expected.properties, question.stacks)
    return changed_properties(live.properties, expected.properties)
