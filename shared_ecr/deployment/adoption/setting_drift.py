"""What has drifted of one setting of the registry, by its properties."""

from shared_ecr.deployment.adoption.drift_records import (
    BY_HAND,
    NOT_DEPLOYED,
    STILL_DEPLOYED,
    DriftedField,
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
            ("changed outside of the declaration", BY_HAND) if made else ("declared otherwise", NOT_DEPLOYED)
        )
        findings.append(drift_error("drift-setting", what, f"it was {how}", why, fix, lines))
    waiting, done = (sorted(pending.keys() & by_hand.keys()), sorted(pending.keys() - by_hand.keys()))
    if waiting:
        findings.append(drift_note("drift-undeployed", what, f"{', '.join(waiting)}: changed in the declaration alone"))
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
