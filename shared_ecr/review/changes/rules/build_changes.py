"""Changes of builds that push to a repository: of what they build, what starts them, and what they run.

The policy of a repository names the role of a project, so it does not change when the project builds something else.
"""

from collections.abc import Callable, Iterator

from shared_ecr.review.build_projects import BUILD_PROJECT, project_part, pushed_to, service_role
from shared_ecr.review.changes.differences import as_written, unordered
from shared_ecr.review.changes.identity.pairing import held, pair_up
from shared_ecr.review.changes.identity.stacks import is_of_ecr, paired_stacks
from shared_ecr.review.deployments import Deployment, Resource
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error, warning
from shared_ecr.review.repositories import REPOSITORY
from shared_ecr.text import first_few

Report = Callable[[str, str, str, str, tuple[str, ...]], RuleFinding]
_WHY = "Its role may store images in {targets}, and no policy changes when the project builds something else"
# Where the content of an image comes from.
_SOURCES = (("Source", "Type"), ("Source", "Location"), ("SecondarySources",), ("SourceVersion",))
# What decides what is done with it.
_COMMANDS = (("Source", "BuildSpec"), ("Environment",))


def builds_changed(before: Deployment, after: Deployment) -> Iterator[ReviewFinding]:
    """Find changes of projects that may push, and new projects with a role that may push already."""
    has_repositories = any(after.resources(REPOSITORY))
    stacks = paired_stacks(before, after, lambda type_: is_of_ecr(type_) or type_ == BUILD_PROJECT)
    paired = pair_up(held(before, BUILD_PROJECT), held(after, BUILD_PROJECT), stacks)
    for old, new in paired.both:
        role = service_role(new.resource)
        if role != service_role(old.resource):
            yield from _with_a_role(before, new.resource)
            continue
        # A role that is not known may be any; where no repository is deployed, none is pushed to.
        targets = pushed_to(after, role) if role else ()
        if targets or (role is None and has_repositories):
            for found in _differences(old.resource, new.resource, targets):
                yield found.about(_subject(new.resource), new.resource)
    for new in paired.new:
        yield from _with_a_role(before, new.resource)


def _with_a_role(before: Deployment, project: Resource) -> Iterator[ReviewFinding]:
    """Report a project that gets a role to which a repository gave access before: no policy shows that."""
    role = service_role(project)
    targets = pushed_to(before, role) if role else ()
    if targets:
        yield error(
            "build-added", f"the project gets the role {role}, which may store images in {first_few(targets)} already",
            "No policy changes, and another source can write images now",
            "Check its source and what starts it, then acknowledge it",
        ).about(_subject(project), project)  # fmt: skip


def _differences(old: Resource, new: Resource, targets: tuple[str, ...]) -> Iterator[RuleFinding]:
    report: Report = error if targets else warning
    why = _WHY.format(targets=first_few(targets)) if targets else "Its role is not known before the deployment"
    changed = [path for path in _SOURCES if _written(old, path) != _written(new, path)]
    if changed:
        yield report(
            "build-source-changed", "the images are built from another source", why,
            "Check who can push to the new source, then acknowledge it",
            tuple(line for path in changed for line in _lines(old, new, path)),
        )  # fmt: skip
    started = _started(new) - _started(old)
    if started:
        yield report(
            "build-started-by-more", "more events start a build", why,
            "Check who can cause these events, then acknowledge it", tuple(f"+ {each}" for each in sorted(started)),
        )  # fmt: skip
    run = [path for path in _COMMANDS if _written(old, path) != _written(new, path)]
    if run:
        named = " and ".join(".".join(path) for path in run)
        yield warning("build-commands-changed", f"what a build runs changes ({named})", why, "Compare both sides")


def _started(project: Resource) -> frozenset[str]:
    """Return what starts the project: each group of filters, or all that is written where it cannot be read."""
    groups = project_part(project, "Triggers", "FilterGroups")
    if isinstance(groups, list):
        return frozenset(unordered(each) for each in groups)
    # A webhook without a filter is started by every push and every pull request.
    triggers = project_part(project, "Triggers")
    return frozenset() if triggers is None else frozenset({unordered(triggers)})


def _written(project: Resource, path: tuple[str, ...]) -> str:
    return unordered(project_part(project, *path))


def _lines(old: Resource, new: Resource, path: tuple[str, ...]) -> tuple[str, ...]:
    sides = (("-", project_part(old, *path)), ("+", project_part(new, *path)))
    return tuple(f"{mark} {'.'.join(path)}: {as_written(value)}" for mark, value in sides if value is not None)


def _subject(project: Resource) -> str:
    return f"build {project.text('Name') or f'<{project.origin.logical_id}>'}"
