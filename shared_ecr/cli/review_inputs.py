"""What `shared-ecr review` is given, read: two deployments, and what the declaration says around them."""

import argparse
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.cli.acknowledged import counting
from shared_ecr.cli.live_options import is_snapshot, load_live, read_live
from shared_ecr.declaration import DEFAULT_FILE, Declaration, load
from shared_ecr.documents.live import LiveRegistry
from shared_ecr.findings import Acknowledgement, Acknowledgements
from shared_ecr.findings.errors import UsageError
from shared_ecr.findings.problems import InvalidDeclarationError
from shared_ecr.model.names import AccountId, Region
from shared_ecr.records import record, replace
from shared_ecr.review.documents import (
    DeploymentTarget,
    OpenDeployment,
    declared_positions,
    load_prior,
    open_deployment,
    together,
)
from shared_ecr.review.documents.assumptions import WorldAssumptions
from shared_ecr.review.live_side import live_side
from shared_ecr.text import quoted

# What a revision is synthesized to; where it lies for that moment is no one's business.
_SYNTHESIZED = "cdk.out"


@record
class ReviewInput:
    """Both sides of a review, and what is known around them."""

    after: OpenDeployment
    before: OpenDeployment | None
    known: TrustBoundary
    acknowledged: Acknowledgements

    @property
    def lives(self) -> tuple[LiveRegistry, ...]:
        """The registries that the previous side was read from."""
        return self.before.under(WorldAssumptions()).live if self.before else ()

    @classmethod
    def of(cls, arguments: argparse.Namespace, open_until: ExitStack) -> Self:
        """Read what the command line names; what is synthesized for it is there as long as *open_until* is open.

        Raises:
            UsageError: nothing is named and there is nothing to synthesize, or a parameter has no value.
            SharedEcrError: a document cannot be read, or a revision cannot be synthesized.
        """
        if not all(name.strip() for name in (*arguments.after, *arguments.against)):
            # An unset variable of a CI job must not become the current folder.
            raise UsageError("a document of AFTER or BEFORE has an empty name; check that the variable is set")
        declaration = _declared(arguments.file)
        file = None if arguments.file == DEFAULT_FILE else arguments.file
        is_one = max(len(arguments.after), len(arguments.against)) <= 1
        read = _Documents(
            _place(arguments, declaration), _parameters(arguments.parameter), file, open_until, is_one=is_one
        )
        after = read.all(arguments.after) if arguments.after else read.work_tree()
        before = _previous(arguments, read, after)
        registry = declaration.registry if declaration else None
        acknowledged = counting(
            arguments, registry, is_comparison=before is not None, previous=read.previous, unknown=read.unknown
        )
        if declaration is None or registry is None:
            return cls(after, before, TrustBoundary(), acknowledged)
        organization = str(registry.organization) if registry.organization else None
        accounts = frozenset({str(registry.account), *map(str, registry.accounts.values())})
        placed = after.mapped(lambda deployment: declared_positions(deployment, declaration))
        return cls(placed, before, TrustBoundary(organization, accounts), acknowledged)


def _previous(arguments: argparse.Namespace, read: "_Documents", after: OpenDeployment) -> OpenDeployment | None:
    """Read the previous side: documents, the live registry, or what plans say of themselves."""
    if not arguments.live and not arguments.against:
        return read.prior(arguments.after)
    snapshots = [name for name in arguments.against if is_snapshot(Path(name))]
    if snapshots and len(snapshots) < len(arguments.against):
        raise UsageError("--against takes snapshots of registries or other documents, not both at once")
    if arguments.live and arguments.against:
        raise UsageError("--live and --against cannot be used together: both name what is deployed")
    if arguments.live:
        lives = _live_registries(arguments, after)
    elif snapshots:
        lives = tuple(load_live(Path(name)) for name in snapshots)
    else:
        return read.before(arguments.against)
    return after.mapped(lambda deployment: live_side(lives, deployment))


def _live_registries(arguments: argparse.Namespace, after: OpenDeployment) -> tuple[LiveRegistry, ...]:
    """Read the registry in each Region that *after* is deployed to, as the caller's account has it."""
    stacks: dict[str, list[str]] = {}
    for stack in after.under(WorldAssumptions()).stacks:
        if stack.home.region:
            stacks.setdefault(stack.home.region, []).append(stack.name)
    if not stacks:
        raise UsageError("--live: no document names a Region; pass --region")
    arguments.partial = True
    return tuple(read_live(arguments, Region.parse(region), names) for region, names in sorted(stacks.items()))


class _Documents:
    """Reads documents and revisions, all in one place and with the same parameters.

    Where a side has several files each is a stack, called like its file, and is found again on the other side.
    """

    def __init__(
        self,
        place: DeploymentTarget,
        parameters: Mapping[str, str],
        declaration: Path | None,
        open_until: ExitStack,
        *,
        is_one: bool,
    ) -> None:
        self._place, self._parameters, self._declaration, self._is_one = place, parameters, declaration, is_one
        self._open_until = open_until
        self.previous: tuple[Acknowledgement, ...] | None = None
        """What the declarations of revisions acknowledge; None where no revision was read as BEFORE."""
        self.unknown = ""
        """Why the declaration of a revision is not known."""

    def all(self, names: Sequence[str]) -> OpenDeployment:
        """Read everything on one side, as one deployment."""
        stacks = self._stacks(names)
        return together(", ".join(names), [self._one(name, stacks[name]) for name in stacks])

    def before(self, names: Sequence[str]) -> OpenDeployment:
        """Read the previous side, and what the declarations of its revisions acknowledge."""
        for name in names:
            if not Path(name).exists():
                self._read_declaration(name)
        return self.all(names)

    def _read_declaration(self, revision: str) -> None:
        from shared_ecr.client.revisions import Worktree

        file = self._declaration or DEFAULT_FILE
        if file.is_absolute():
            self.unknown = f"{file} is not a path within {revision}: name it by a relative path, or by --against-file"
            return
        with Worktree(revision) as tree:
            path = tree.folder / file
            try:
                found = load(path, os.environ).registry.acknowledged if path.exists() else ()
            except InvalidDeclarationError as error:
                first = error.problems[0]
                self.unknown = f"The declaration of {revision} cannot be read: {first.what} [{first.code}]"
                return
        self.previous = (*(self.previous or ()), *found)

    def work_tree(self) -> OpenDeployment:
        """Synthesize this project as it is now."""
        from shared_ecr.client.revisions import synthesized_work_tree

        folder = self._open_until.enter_context(synthesized_work_tree(Path(), self._declaration))
        return _called("the work tree", self._load(folder, shown_as=_SYNTHESIZED))

    def prior(self, names: Sequence[str]) -> OpenDeployment | None:
        """Return what Terraform's plans say was before; None where there is no plan, or nothing was."""
        found = [
            OpenDeployment.of(prior)
            for name, called in self._stacks(names).items()
            if Path(name).exists() and (prior := load_prior(Path(name), self._place, stack=called))
        ]
        return together(f"the state before {', '.join(names)}", found) if found else None

    def _stacks(self, names: Sequence[str]) -> Mapping[str, str | None]:
        """Return each file once, with what to call its stack; two of one name keep their paths."""
        stems = {name: Path(name).name.partition(".")[0] for name in names}
        alike = Counter(stems.values())
        return {name: None if self._is_one else stem if alike[stem] == 1 else name for name, stem in stems.items()}

    def _one(self, name: str, stack: str | None) -> OpenDeployment:
        if Path(name).exists():
            return self._load(Path(name), stack=stack)
        from shared_ecr.client.revisions import synthesized_revision

        folder = self._open_until.enter_context(synthesized_revision(Path(), name, self._declaration))
        return _called(name, self._load(folder, shown_as=f"{name}:{_SYNTHESIZED}"))

    def _load(self, path: Path, *, shown_as: str | None = None, stack: str | None = None) -> OpenDeployment:
        return open_deployment(path, self._place, self._parameters, shown_as=shown_as, stack=stack)


def _called(source: str, read: OpenDeployment) -> OpenDeployment:
    """Return what was *read* under the name *source*."""
    return read.mapped(lambda deployment: replace(deployment, source=source))


def _parameters(given: Sequence[str]) -> Mapping[str, str]:
    found = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise UsageError(f"--parameter {quoted(each)} gives no value; write NAME=VALUE")
        found[name] = value
    return found


def _declared(file: Path) -> Declaration | None:
    """Return the declaration, or None if there is none and none was named."""
    if file == DEFAULT_FILE and not file.exists():
        return None
    return load(file, os.environ)


def _place(arguments: argparse.Namespace, declaration: Declaration | None) -> DeploymentTarget:
    """Return the account and Region of documents that do not say theirs."""
    account = str(AccountId.parse(arguments.account)) if arguments.account else None
    region = Region.parse(arguments.region) if arguments.region else None
    if declaration:
        account = account or str(declaration.registry.account)
        region = region or declaration.registry.regions[0]
    return DeploymentTarget(account, region)
