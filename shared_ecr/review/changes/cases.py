"""What a deployment does to one repository: the case that every rule looks at."""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property

from shared_ecr.access.changes import AccessChange
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.fate.inventory import Inventory
from shared_ecr.fate.outcomes import RepositoryOutcome
from shared_ecr.model.settings.scanning import SCANNING_CONFIGURATION
from shared_ecr.records import field, record
from shared_ecr.review.changes.create_only import TERRAFORM, rewritten
from shared_ecr.review.changes.differences import as_written, differences
from shared_ecr.review.changes.identity.keys import EncryptionIdentity, Keys
from shared_ecr.review.changes.identity.names import NameMatch, compare_names
from shared_ecr.review.changes.identity.pairing import LocatedResource, Paired
from shared_ecr.review.changes.identity.stacks import StackPair, is_same_place
from shared_ecr.review.changes.losing.images import image_fates, storage_change
from shared_ecr.review.changes.registry.access import AccessChanges
from shared_ecr.review.changes.verdicts.table import changed_paths
from shared_ecr.review.deployments import RETAINING, Deployment
from shared_ecr.review.image_functions import ImageFunctions
from shared_ecr.review.operations import Operation
from shared_ecr.review.repositories import ReviewedRepository, read_repository
from shared_ecr.review.rules.settings.scanning import read_scanning
from shared_ecr.review.verdict import Happening, PropertyChange, RepositoryChange, StorageChange

OPERATION = "operation"
"""The name of a replacement by a plan, among the properties that change."""


@record
class ReviewContext:
    """What the review knows besides the two sides."""

    known: TrustBoundary
    now: datetime
    inventory: Inventory | None = None
    """The existing images; without an inventory, the number of images that a rule expires is not known."""


@record
class RepositoryPair:
    """One repository on both sides."""

    before: ReviewedRepository
    after: ReviewedRepository
    happening: Happening
    stays_in_its_stack: bool
    """Whether it is still in the same stack, even if the name or the Region of the stack changed."""
    is_moved_with_stack: bool
    """Whether its whole stack moves to another account or Region."""
    naming: NameMatch
    encryption: tuple[EncryptionIdentity, EncryptionIdentity]
    """What encrypts it, on both sides."""
    is_encrypted_anew: bool
    """Whether its tool replaces it because of its encryption; CloudFormation does so even for another spelling of the
    same."""
    differences: tuple[PropertyChange, ...]
    is_scanned: bool
    """Whether a rule of its registry's scanning configuration covers it now."""
    functions: tuple[str, ...] = ()
    """The Lambda functions that run an image of it, or can do so."""
    access: tuple[AccessChange, ...] = ()
    outcome: RepositoryOutcome | None = None
    """The fate of its images, where its rules change and an inventory has it."""
    storage: StorageChange | None = None
    """What it stores with the change and without it, where its rules change and an inventory has it."""

    @property
    def change(self) -> RepositoryChange:
        """The findings about it."""
        return RepositoryChange(
            self.happening, self.after.name, self.after.home, self.after.resource.origin, self.differences, self.access,
            self.outcome, storage=self.storage,
        )  # fmt: skip


@record(slots=False)
class DeploymentPair:
    """What cases are made with."""

    before: Deployment
    after: Deployment
    question: ReviewContext
    access: AccessChanges
    stacks: tuple[StackPair, ...]
    keys: tuple[Keys, Keys] = field(init=False)

    @cached_property
    def functions(self) -> ImageFunctions:
        """The Lambda functions that run images."""
        return ImageFunctions.of(self.after)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", (Keys.of(self.before), Keys.of(self.after)))

    def cases(self, paired: Paired) -> Iterator[RepositoryPair]:
        """Yield the repositories that the deployment changes."""
        partners = {(id(pair.before), id(pair.after)): pair for pair in self.stacks}
        for old, new in paired.both:
            if not is_untouched(old, new):
                case = self._case(old, new, partners.get((id(old.stack), id(new.stack))))
                if case.differences or case.access:
                    yield case

    def _case(self, old: LocatedResource, new: LocatedResource, stacks: StackPair | None) -> RepositoryPair:
        before, after = read_repository(old.stack, old.resource), read_repository(new.stack, new.resource)
        encryption = tuple(
            keys.encryption(each.stack, each.resource) for keys, each in zip(self.keys, (old, new), strict=True)
        )
        both = (encryption[0], encryption[1])
        access = self.access.of(before, after)
        naming = compare_names(old.written_name, new.written_name)
        outcome = image_fates(before, after, self.question.inventory, self.question.now)
        storage = None
        if before.lifecycle_text != after.lifecycle_text:
            storage = storage_change(before, after, self.question.inventory, self.question.now, outcome)
        if new.stack.tool == TERRAFORM:
            is_encrypted_anew = both[0] != both[1]
        elif stacks is None:
            # It leaves one stack for another, and CloudFormation compares no spelling: only another key counts.
            is_encrypted_anew = both[0] != both[1]
        else:
            is_encrypted_anew = "EncryptionConfiguration" in rewritten(new.stack, old.resource, new.resource)
        return RepositoryPair(
            before,
            after,
            _happening(before, after, naming, is_replaced=is_encrypted_anew or is_replaced_by_plan(new)),
            stacks is not None,
            stacks is not None and stacks.is_elsewhere,
            naming,
            both,
            is_encrypted_anew,
            (
                *differences(before, after, both if is_encrypted_anew else None, access),
                *_listed(before, after),
                *replacement(new),
            ),
            self._is_scanned(after),
            self.functions.running(new.stack, new.resource),
            access,
            outcome,
            storage,
        )

    def _is_scanned(self, repository: ReviewedRepository) -> bool:
        read = (
            read_scanning(each)
            for _, each in self.after.resources(SCANNING_CONFIGURATION.type)
            if each.home == repository.home
        )
        return any(each.covers(repository.name if repository.is_named else None) for each in read)


def _listed(before: ReviewedRepository, after: ReviewedRepository) -> Iterator[PropertyChange]:
    """Yield the parts of properties that no other difference says: those that the table alone judges, or nothing."""
    for path, verdict in changed_paths(before.resource, after.resource):
        if "." in path and (verdict is None or verdict.is_listed):
            old, new = (each.resource.properties.get(path.split(".")[0].rstrip("[]")) for each in (before, after))
            yield PropertyChange(path, as_written(old), as_written(new))


def is_untouched(old: LocatedResource, new: LocatedResource) -> bool:
    """Whether nothing at all is written otherwise; so it is with nearly all of them, and nothing is read."""
    before, after = old.resource, new.resource
    return (
        before.properties == after.properties
        and before.origin.logical_id == after.origin.logical_id
        and old.stack.name == new.stack.name
        and before.home == after.home
        and (before.deletion_policy, before.update_replace_policy)
        == (after.deletion_policy, after.update_replace_policy)
        and not is_replaced_by_plan(new)
    )


def is_replaced_by_plan(new: LocatedResource) -> bool:
    """Whether a plan of Terraform says that the resource is deleted and created again."""
    operation = new.resource.operation
    return operation is not None and operation.operation is Operation.REPLACE


def replacement(new: LocatedResource) -> tuple[PropertyChange, ...]:
    """Return the replacement that a plan says, as a line of what changes."""
    return (PropertyChange(OPERATION, None, str(new.resource.operation)),) if is_replaced_by_plan(new) else ()


def removal_of(left: LocatedResource) -> Happening:
    """Return what happens to a resource that is in no stack of the new side."""
    # Terraform has no such policies; its reader writes Retain on what the plan forgets.
    return Happening.ORPHANED if left.resource.deletion_policy in RETAINING else Happening.DELETED


def alone(happening: Happening, each: LocatedResource, question: ReviewContext) -> RepositoryChange:
    """Return the findings about a repository that is only on one side."""
    read = read_repository(each.stack, each.resource)
    storage = None
    if happening is Happening.DELETED:
        storage = storage_change(read, None, question.inventory, question.now)
    return RepositoryChange(happening, read.name, read.home, read.resource.origin, storage=storage)


def _happening(
    before: ReviewedRepository, after: ReviewedRepository, naming: NameMatch, *, is_replaced: bool
) -> Happening:
    """Return what the tool does because of the difference, the worst case.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repository.html
    """
    if naming is NameMatch.OTHER:
        return Happening.REPLACED
    is_moved = (
        before.stack.name != after.stack.name
        or before.resource.origin.logical_id != after.resource.origin.logical_id
        or not is_same_place(before.home, after.home)
    )
    if is_moved:
        # Terraform identifies a resource by its address: it destroys the old one and creates the new one.
        return Happening.REPLACED if after.stack.tool == TERRAFORM else Happening.MOVED
    return Happening.REPLACED if is_replaced else Happening.CHANGED
