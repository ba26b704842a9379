"""Keep in declared repositories what other registries have: the `mirrors` of the declaration.

mirrors  those of the repositories that are asked for
tags     of the upstream, where a pattern is to be resolved
look     what each tag names there and here; the same is done
refuse   a tag that moved there and may not here: a finding, shown and never passed over
copy     the rest, several at once, each as `copying` does; what fails stops no other

`run` keeps a row for each image, `pair` has both sides of one mirror, `outcomes` what became of an image.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from shared_ecr.client.mirroring.outcomes import Mirrored, MirrorOutcome
from shared_ecr.client.mirroring.run import Run
from shared_ecr.client.pushers.events import NullProgress, Progress
from shared_ecr.findings.errors import UsageError
from shared_ecr.model.mirrors import Mirror
from shared_ecr.model.names import RepositoryName
from shared_ecr.text import did_you_mean

if TYPE_CHECKING:
    from shared_ecr.client.session import Session
    from shared_ecr.client.signatures import TrustedSigner

__all__ = ["JOBS", "MirrorOutcome", "Mirrored", "mirror"]

# Each copy has eight connections of its own; ECR stores ten manifests a second for all of them together.
JOBS = 4


def mirror(  # noqa: PLR0913 — what to mirror, how, and who hears of it
    names: Sequence[str],
    session: "Session",
    *,
    jobs: int = JOBS,
    dry_run: bool = False,
    signer: "TrustedSigner | None" = None,
    progress: Progress | None = None,
    failed: Callable[[str], object] | None = None,
) -> tuple[Mirrored, ...]:
    """Copy what the mirrors into the repositories *names* (all without any) lack, into *jobs* repositories at once.

    Returns what became of each image, in the order of the declaration. *failed* is shown the repository, with its
    registry, of an image that *progress* hears of no further. With *signer*, an image is copied only with a valid
    signature of it; what is here already is not checked again.

    Raises:
        InvalidDeclarationError: the declaration has problems.
        UsageError: there is no declaration, or no mirror into a repository of that name.
    """
    run = Run(session, jobs, signer)
    with ExitStack() as stack:
        for each in _asked_for(names, session):
            run.prepare(each, stack)
        run.look()
        if dry_run:
            run.report_due()
        else:
            run.copy(progress or NullProgress(), failed or (lambda _: None))
    return run.rows


def _asked_for(names: Sequence[str], session: "Session") -> list[Mirror]:
    spec = session.where.declaration()
    if spec is None:
        raise UsageError(f"there is no {session.where.file}; it declares what is mirrored, under 'mirrors'")
    wanted = {RepositoryName.parse(name) for name in names}
    targets = [each.target for each in spec.mirrors]
    for name in sorted(wanted.difference(targets)):
        hint = did_you_mean(name.text, (target.text for target in targets))
        raise UsageError(f"{session.where.file} mirrors nothing into {name}. {hint}".rstrip(". "))
    return [each for each in spec.mirrors if not wanted or each.target in wanted]
