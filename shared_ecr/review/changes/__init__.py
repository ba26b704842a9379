"""The differences between the two sides of a review, what they do, and what is dangerous about them.

The way of the data: `identity` finds each resource of one side again on the other, `cases` and `registry` say what
happens to it and how it differs, `rules` look at one case each. What lifecycle rules take away is decided in
`losing`, who gains access by `shared_ecr.access.changes`. docs/reference/review.md lists the codes.
"""

from collections.abc import Iterable, Iterator

from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.records import record, replace
from shared_ecr.review.changes.cases import DeploymentPair, RepositoryPair, ReviewContext, alone, removal_of
from shared_ecr.review.changes.identity.departures import departure
from shared_ecr.review.changes.identity.pairing import Paired, held
from shared_ecr.review.changes.identity.partial import paired_repositories
from shared_ecr.review.changes.identity.renames import renamed
from shared_ecr.review.changes.identity.stacks import paired_stacks
from shared_ecr.review.changes.operations.lost_keys import keys_of_plans
from shared_ecr.review.changes.registry.access import AccessChanges, RegistryPolicies
from shared_ecr.review.changes.registry.notifications import notification_changes
from shared_ecr.review.changes.registry.public_repositories import public_findings
from shared_ecr.review.changes.registry.registry_policies import RegistryChange, policy_findings, registry_changes
from shared_ecr.review.changes.registry.replication import copied_no_more, copied_outside, deletions_copied
from shared_ecr.review.changes.registry.settings import SettingCase, setting_cases
from shared_ecr.review.changes.registry.templates import template_findings
from shared_ecr.review.changes.rules import CASE_RULES
from shared_ecr.review.changes.rules.auto_delete_images import auto_delete_images
from shared_ecr.review.changes.rules.build_changes import builds_changed
from shared_ecr.review.changes.rules.custom_resources import calls_made, custom_resources_changed
from shared_ecr.review.changes.rules.key_changes import aliases_changed, keys_lost
from shared_ecr.review.changes.rules.new_grants import granted_outside
from shared_ecr.review.changes.rules.notifications import notifications_changed
from shared_ecr.review.changes.rules.removals import dropped, dropped_many, looks_renamed
from shared_ecr.review.changes.rules.settings import judged_setting
from shared_ecr.review.changes.rules.stacks import stacks_moved
from shared_ecr.review.changes.rules.unknown_types import unknown_types_changed
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.repositories import REPOSITORY, ReviewedRepository, read_repository
from shared_ecr.review.rules.scene import RuleContext
from shared_ecr.review.rules.service_calls import calls_of_services_changed
from shared_ecr.review.rules.singletons import singletons
from shared_ecr.review.sdk_calls.effects import with_effects
from shared_ecr.review.sdk_calls.made_calls import calls_around
from shared_ecr.review.verdict import Happening, RepositoryChange, SettingChange

__all__ = ["Changed", "ReviewContext", "compare"]


@record
class Changed:
    """What two sides differ in."""

    repositories: tuple[RepositoryChange, ...]
    settings: tuple[SettingChange, ...]
    findings: tuple[ReviewFinding, ...]
    unchanged: int
    """How many repositories stay as they are."""


def compare(before: Deployment, after: Deployment, question: ReviewContext) -> Changed:
    """Say what happens if *after* is deployed over *before*, and what needs a decision.

    What custom resources put by calls of the API counts as if a template put it. Which of its calls such a resource
    made last is not in the documents, so both are tried.
    """
    first, *others = (
        _compare(with_effects(before, calls.earlier), with_effects(after, calls.lasting), question)
        for calls in calls_around(before, after)
    )
    findings = (
        *first.findings, *(found for each in others for found in each.findings), *calls_made(before, after),
        *custom_resources_changed(before, after),
    )  # fmt: skip
    return replace(first, findings=tuple(dict.fromkeys(findings)))


def _compare(before: Deployment, after: Deployment, question: ReviewContext) -> Changed:
    stacks = paired_stacks(before, after)
    access = AccessChanges(RegistryPolicies.of(before), RegistryPolicies.of(after), question.known)
    paired = paired_repositories(before, after, stacks)
    cases = tuple(DeploymentPair(before, after, question, access, stacks).cases(paired))
    registries = tuple(registry_changes(access, before, stacks, _unchanged(paired, cases, access)))
    settings = tuple(_with_access(each, registries) for each in setting_cases(before, after, stacks))
    findings = (
        *stacks_moved(stacks),
        *_of_cases(cases, question),
        *_of_removed(paired, question, before, after),
        *dropped_many(paired.removed, held(before, REPOSITORY)),
        *policy_findings(registries, before, after),
        *(found for setting in settings for found in judged_setting(setting, after)),
        *template_findings(settings, access),
        *granted_outside(paired.new, settings, access),
        *public_findings(settings, access),
        *copied_no_more(before, after, stacks),
        *deletions_copied(before, after),
        *copied_outside(before, after, question.known),
        *auto_delete_images(before, after, stacks),
        *keys_lost(before, after),
        *aliases_changed(before, after),
        *unknown_types_changed(before, after),
        *keys_of_plans(before, after),
        *notifications_changed(before, after, stacks),
        *builds_changed(before, after),
        *calls_of_services_changed(before, after),
        *_new_owners(before, after, question),
    )
    return Changed(
        (
            *(case.change for case in cases),
            *(alone(removal_of(left), left, question) for left in paired.removed),
            *(alone(Happening.CREATED, new, question) for new in paired.new),
        ),
        (*(each.change for each in settings), *notification_changes(before, after, stacks)),
        tuple(dict.fromkeys(findings)),
        len(paired.both) - len(cases),
    )


def _of_cases(cases: Iterable[RepositoryPair], question: ReviewContext) -> Iterator[ReviewFinding]:
    for case in cases:
        # A repository that moves with its whole stack is created in the new place; a finding of the stack says so.
        if not case.is_moved_with_stack:
            for rule in CASE_RULES:
                yield from (found.about(case.after.name, case.after.resource) for found in rule(case, question))


def _of_removed(
    paired: Paired, question: ReviewContext, before: Deployment, after: Deployment
) -> Iterator[ReviewFinding]:
    alike = {id(old): new for old, new in renamed(paired.removed, paired.new)}
    for left in paired.removed:
        new = alike.get(id(left))
        yield (
            looks_renamed(left, new, question) if new else dropped(left, question, departure(left.stack, before, after))
        )


def _unchanged(paired: Paired, cases: Iterable[RepositoryPair], access: AccessChanges) -> Iterator[ReviewedRepository]:
    """Yield the repositories that nothing happens to; none where no registry policy changes."""
    if access.before.policies == access.after.policies and access.before.scopes == access.after.scopes:
        return
    changed = {id(case.after.resource) for case in cases}
    for _, new in paired.both:
        if id(new.resource) not in changed:
            yield read_repository(new.stack, new.resource)


def _with_access(case: SettingCase, registries: Iterable[RegistryChange]) -> SettingCase:
    """Add to a registry policy that changes who gains access by it, and who loses it."""
    home = case.held.resource.home
    found = [each.difference for each in registries if each.home == home and case.type == REGISTRY_POLICY.type]
    return replace(case, differences=(*case.differences, *found)) if case.differences and found else case


def _new_owners(before: Deployment, after: Deployment, question: ReviewContext) -> Iterator[ReviewFinding]:
    """Yield the resources that now have two owners, and had one before."""
    old, new = (list(singletons(RuleContext(side, question.known))) for side in (before, after))
    had = {(found.subject, found.home) for found in old}
    yield from (found for found in new if (found.subject, found.home) not in had)
