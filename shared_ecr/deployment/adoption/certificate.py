"""The certificate of an adoption: that what is wanted equals what is live, field by field and by meaning.

An empty certificate is the proof that importing loses nothing. A difference that is wanted is accepted like every
finding, in `acknowledged` of the declaration; encryption never is, for it would replace the repository.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import assert_never

from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.deployment.adoption.field_differences import (
    FieldDifference,
    RepositoryField,
    field_differences,
    lifecycle_text,
)
from shared_ecr.deployment.adoption.lifecycle_equality import LifecycleEvidence
from shared_ecr.deployment.adoption.setting_differences import SettingDifference, setting_differences
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry, WantedResource
from shared_ecr.documents.live import LiveRegistry, LiveResource
from shared_ecr.documents.live.live_registry import REPOSITORY, tag_pairs
from shared_ecr.findings import Finding, Severity
from shared_ecr.records import record
from shared_ecr.review.deployments import RETAINING, Doubt
from shared_ecr.text import first_few


@record(kw_only=True)
class AdoptionFinding(Finding):
    """One thing that an adoption would lose or change. Codes: docs/how-to/adopt.md."""

    subject: str
    """The repository, or the setting."""

    @property
    def place(self) -> str:
        """What it is about."""
        return self.subject


@record
class CertificateBasis:
    """What a certificate uses besides the registry and the deployment."""

    known: TrustBoundary | None = None
    images: LifecycleEvidence | None = None
    """The images on which lifecycle rules of different texts are compared; without them the texts must be equal."""


def certify(
    live: LiveRegistry, wanted: WantedRegistry, adopted: Sequence[str], basis: CertificateBasis | None = None
) -> list[AdoptionFinding]:
    """Return what separates *live* from *wanted*: of the *adopted* repositories, and of all declared settings.

    Every other declared repository that exists without an owner would be imported too, so it is compared as well.
    """
    basis = basis or CertificateBasis()
    names = [*adopted, *_imported_besides(live, wanted, frozenset(adopted))]
    found = [finding for name in names for finding in _of_repository(live, wanted, name, basis)]
    unseen = _of_unseen(live, wanted, frozenset(adopted))
    return [*found, *unseen, *_of_unknown(live), *map(_of_setting, setting_differences(live, wanted))]


def unjudged(doubts: Iterable[Doubt]) -> Iterator[AdoptionFinding]:
    """Find the parts of the deployment that could not be read: what they do to the registry is not compared."""
    for doubt in doubts:
        yield _error(
            "adopt-unjudged", doubt.about or doubt.place, str(doubt), "It may change adopted resources",
            "Write it so that its value is in the template, or accept it under 'acknowledged' with 'repository: all'",
        )  # fmt: skip


def _imported_besides(live: LiveRegistry, wanted: WantedRegistry, adopted: frozenset[str]) -> Iterator[str]:
    """Yield the repositories that CloudFormation would import and that the adoption did not write."""
    for will in wanted.repositories:
        held = live.one(REPOSITORY, will.name) if will.name not in adopted else None
        if held is not None and held.owner != will.stack:
            yield will.name


def _of_unseen(live: LiveRegistry, wanted: WantedRegistry, adopted: frozenset[str]) -> Iterator[AdoptionFinding]:
    """Find declared repositories of which the snapshot does not say whether they exist: others were selected."""
    for will in wanted.repositories:
        if will.name not in adopted and not live.covers(will.name):
            yield _error(
                "adopt-unseen", will.name, "it was not selected when the registry was read",
                "If it exists, it would be imported without a comparison",
                "Read it too: name it with --repository, or adopt without --repository and --except",
            )  # fmt: skip


def _of_unknown(live: LiveRegistry) -> Iterator[AdoptionFinding]:
    if live.unknown:
        what = f"AWS answered with parts that this release does not know: {first_few(live.unknown)}"
        yield _error(
            "adopt-unknown", "the registry", what, "They are not in the snapshot, and an import can reset them",
            "Update shared-ecr and read again, or accept it under 'acknowledged' if they are not settings",
            live.unknown,
        )  # fmt: skip


def _of_repository(
    live: LiveRegistry, wanted: WantedRegistry, name: str, basis: CertificateBasis
) -> Iterator[AdoptionFinding]:
    held, will = live.one(REPOSITORY, name), wanted.one(REPOSITORY, name)
    yield from _of_absence(name, held, will)
    if held is None or will is None:
        return
    yield from _of_unread(live, name)
    yield from _of_owner(held, will)
    yield from _of_retention(held, will)
    region = live.region
    target = TargetRepository(str(live.account), str(region), name, str(region.partition), None)
    for difference in field_differences(held.properties, will.properties, target, basis.known):
        yield from _of_field(held, will, difference, basis.images)


def _of_absence(name: str, held: LiveResource | None, will: WantedResource | None) -> Iterator[AdoptionFinding]:
    if held is None:
        yield _error(
            "adopt-missing", name, "it no longer exists", "There is nothing to import", "Read the registry again"
        )
    elif will is None:
        yield _error(
            "adopt-missing", name, "it is not declared", "It would stay unmanaged", "Declare it, or adopt without it"
        )


def _of_unread(live: LiveRegistry, name: str) -> Iterator[AdoptionFinding]:
    for part in live.unread:
        if part.repository == name:
            yield _error(
                "adopt-unread", name, f"{part.action} was denied", "This part cannot be compared",
                "Allow the action (docs/reference/live.md) and read again",
            )  # fmt: skip


def _of_owner(held: LiveResource, will: WantedResource) -> Iterator[AdoptionFinding]:
    if held.owner and held.owner != will.stack:
        yield _error(
            "adopt-owner", held.name, f"it belongs to the stack {held.owner}",
            "CloudFormation refuses to import a resource of another stack",
            "Release it there first: DeletionPolicy Retain, deploy, remove it, deploy",
        )  # fmt: skip


def _of_retention(held: LiveResource, will: WantedResource) -> Iterator[AdoptionFinding]:
    if will.deletion_policy not in RETAINING:
        yield _error(
            "adopt-retention", held.name, f"its DeletionPolicy is {will.deletion_policy or 'Delete'}",
            "CloudFormation imports only resources that are retained", "Write 'on_removal: retain' for the adoption",
        )  # fmt: skip


def _of_lifecycle(
    held: LiveResource, will: WantedResource, difference: FieldDifference, evidence: LifecycleEvidence | None
) -> AdoptionFinding:
    """Judge rules of different texts by what they do to the images, where the images are known."""
    details: tuple[str, ...] = (f"live: {difference.before}", f"wanted: {difference.after}")
    texts = lifecycle_text(held.properties), lifecycle_text(will.properties)
    compared = evidence.compare(held.name, *texts) if evidence else None
    if compared:
        if compared.is_equal:
            what = (
                f"its lifecycle rules are written differently, and all {compared.images} images have the same fate, "
                f"now and in the next {compared.days} days"
            )
            # An inventory shows what was pushed, not what will be: a person decides whether that is enough.
            return _error(
                "adopt-lifecycle-text", held.name, what,
                "Images of other kinds that are pushed later can have different fates",
                "Write the rules as they are, or accept it under 'acknowledged' if no such images will be pushed",
                details,
            )  # fmt: skip
        details = (*details, *compared.differences, *filter(None, (compared.undecided,)))
    return _error(
        "adopt-lifecycle", held.name, "its lifecycle rules would change",
        "Images would expire that do not expire now, or the reverse",
        "Write the rules as they are, or {none: true, reason: …}", details,
    )  # fmt: skip


def _of_field(
    held: LiveResource, will: WantedResource, difference: FieldDifference, evidence: LifecycleEvidence | None
) -> Iterator[AdoptionFinding]:
    name = held.name
    change = (f"live: {difference.before}", f"wanted: {difference.after}")
    match difference.field:
        case RepositoryField.POLICY:
            yield from _of_policy(name, difference)
        case RepositoryField.LIFECYCLE:
            yield _of_lifecycle(held, will, difference, evidence)
        case RepositoryField.MUTABILITY:
            yield _error(
                "adopt-mutability", name, "its tag mutability would change", "Pushes would be refused, or tags moved",
                "Write tag_mutability as it is", change,
            )  # fmt: skip
        case RepositoryField.SCAN:
            yield _error(
                "adopt-scan", name, "scan on push would change", "Images would be scanned that are not, or the reverse",
                "Write scan_on_push as it is", change,
            )  # fmt: skip
        case RepositoryField.ENCRYPTION:
            yield _error(
                "adopt-encryption", name, "its encryption would change",
                "Encryption is fixed when a repository is created: CloudFormation would replace the repository",
                "Write encryption as it is; this finding cannot be accepted", change,
            )  # fmt: skip
        case RepositoryField.TAGS:
            yield from _of_tags(name, held, will)
        case _:
            assert_never(difference.field)


def _of_policy(name: str, difference: FieldDifference) -> Iterator[AdoptionFinding]:
    access = difference.access
    if access is None:
        return
    for code, what, changed in (
        ("adopt-access-widened", "the policy would allow more", access.widened),
        ("adopt-access-narrowed", "the policy would allow less", access.narrowed),
    ):
        if changed:
            lines = tuple(map(str, changed))
            yield _error(code, name, f"{what}: {lines[0]}", "", "Write what the policy says under 'statements'", lines)
    if access.undecided:
        yield _error(
            "adopt-access-undecided", name, "it could not be shown that the policy means the same", access.undecided,
            "Copy its statements unchanged to 'statements'",
        )  # fmt: skip


def _of_tags(name: str, held: LiveResource, will: WantedResource) -> Iterator[AdoptionFinding]:
    live, wanted = (dict(tag_pairs(each.properties.get("Tags"))) for each in (held, will))
    lost = [f"{key}={value}" for key, value in live.items() if wanted.get(key) != value]
    added = [f"{key}={value}" for key, value in wanted.items() if key not in live]
    if lost:
        yield _error(
            "adopt-tag-lost", name, f"tags would be removed or changed: {', '.join(lost)}",
            "Costs are allocated, and access can be allowed, by tags", "Write the tags as they are",
        )  # fmt: skip
    if added:
        yield _error("adopt-tag-added", name, f"tags would be added: {', '.join(added)}", "", "Leave them out for now")


def _of_setting(difference: SettingDifference) -> AdoptionFinding:
    return _error(
        "adopt-setting", difference.what, difference.sentence,
        "A registry has one such setting, so a deployment changes it for every repository",
        "Write it as it is, or leave it out of the declaration", difference.details,
    )  # fmt: skip


def _error(  # noqa: PLR0913, PLR0917 — the parts of a finding
    code: str, subject: str, what: str, why: str, fix: str, details: tuple[str, ...] = ()
) -> AdoptionFinding:
    return AdoptionFinding(code, Severity.ERROR, what, why, fix, details, subject=subject)


UNACCEPTABLE = frozenset({"adopt-encryption", "adopt-owner", "adopt-missing", "adopt-unread", "adopt-retention"})
"""Findings that no acknowledgement accepts: CloudFormation would refuse or replace, or no one knows."""


def certificate_counts(findings: Sequence[AdoptionFinding], adopted: Sequence[str]) -> Mapping[str, int]:
    """Return how many of *adopted* are free of findings, and how many are not."""
    touched = {finding.subject for finding in findings}
    faulty = sum(name in touched for name in adopted)
    return {"certified": len(adopted) - faulty, "not_certified": faulty}
