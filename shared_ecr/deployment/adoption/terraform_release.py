"""How adopted resources leave the state of Terraform and stay in AWS.

A `removed` block names a resource, never one instance of it: its `from` takes no key of `count` or `for_each`. Where
only some instances of a resource are adopted, each of these is removed from the state by a command.
https://developer.hashicorp.com/terraform/language/block/removed
"""

import shlex
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Self

from shared_ecr.deployment.adoption.terraform_state import ManagedInstance
from shared_ecr.model.names import EcrRegistry
from shared_ecr.records import field, record
from shared_ecr.text import counted

REMOVED = "removed.tf"
_HEAD = """\
## From Terraform

Terraform writes back what its state holds at the next run. Remove it from the state, and keep it in AWS."""
_WITH_BLOCKS = (
    f"1. Move `{REMOVED}` into the configuration, and remove the resources from the configuration.",
    "2. Run `terraform plan`: it must say that they are no longer managed, and destroy nothing. Then apply it.",
    "",
    'A block removes all instances: `from` takes no key such as `[0]` or `["name"]`. It needs Terraform 1.7.',
    "If the module is not yours, remove its call with everything in it, or use `terraform state rm`.",
)
_AFTER_COMMANDS = (
    "No block can name one instance. Before the next plan, remove their keys from `count` or `for_each`: otherwise",
    "Terraform creates them again, which fails because they exist.",
)
_UNDECIDED = "To decide by hand: the state names no Region of these, and has the same name in another registry:"
AdoptedKey = tuple[str, str]
"""A type of CloudFormation, and the name of one resource; empty where a registry has one."""


@record
class TerraformRelease:
    """What must be removed from a state, and in which way."""

    whole: tuple[str, ...] = ()
    """Resources of which every instance is adopted: one `removed` block for each."""
    instances: tuple[str, ...] = ()
    """Instances of resources that have others, which stay: one command for each."""
    undecided: tuple[ManagedInstance, ...] = ()
    """Instances of which the state does not say whether they belong to this registry or to another one."""
    not_managed: tuple[str, ...] = field(default=())
    """Adopted repositories that the state does not have."""

    @classmethod
    def of(
        cls,
        state: Sequence[ManagedInstance],
        adopted: frozenset[AdoptedKey],
        home: EcrRegistry,
        repositories: Sequence[str],
    ) -> Self:
        """Return what leaves *state*, where *adopted* is adopted in *home*."""
        found, undecided = _adopted(state, adopted, home)
        by_resource: dict[str, list[ManagedInstance]] = defaultdict(list)
        for each in state:
            by_resource[each.resource].append(each)
        whole, instances = [], []
        for resource, members in sorted(by_resource.items()):
            leaving = [each for each in members if each in found]
            if leaving and len(leaving) == len(members):
                whole.append(resource)
            else:
                instances += [each.address for each in leaving]
        known = {each.name for each in found}
        missing = tuple(name for name in repositories if name not in known)
        return cls(tuple(whole), tuple(instances), tuple(undecided), missing)


def _adopted(
    state: Sequence[ManagedInstance], adopted: frozenset[AdoptedKey], home: EcrRegistry
) -> tuple[frozenset[ManagedInstance], list[ManagedInstance]]:
    """Return the instances that are adopted, and those that may be of another registry with the same name."""
    meant = [each for each in state if (each.kind, each.name) in adopted and each.can_be_in(home)]
    elsewhere = {(each.kind, each.name) for each in state if not each.can_be_in(home)}
    found: list[ManagedInstance] = []
    undecided: list[ManagedInstance] = []
    for each in meant:
        is_clear = bool(each.region) or (each.kind, each.name) not in elsewhere
        (found if is_clear else undecided).append(each)
    return frozenset(found), undecided


def render_removed(release: TerraformRelease) -> str:
    """Return the `removed` blocks, as a file of Terraform."""
    blocks = [
        f"removed {{\n  from = {each}\n\n  lifecycle {{\n    destroy = false\n  }}\n}}\n" for each in release.whole
    ]
    return "\n".join(blocks)


def release_lines(release: TerraformRelease) -> Iterator[str]:
    """Yield the section of the notes, as Markdown."""
    yield from (_HEAD, "")
    if release.whole:
        yield from (
            f"{counted(len(release.whole), 'resource')} of which every instance is adopted:",
            "",
            *_WITH_BLOCKS,
            "",
        )
    if release.instances:
        yield from (f"{counted(len(release.instances), 'instance')} of resources that have others, which stay:", "")
        yield from ("```console", *(f"$ terraform state rm {shlex.quote(each)}" for each in release.instances), "```")
        yield from ("", *_AFTER_COMMANDS, "")
    if release.undecided:
        yield from (_UNDECIDED, "", *(f"- `{each.address}`" for each in release.undecided), "")
    if release.not_managed:
        yield from (f"Not in the state: {', '.join(f'`{name}`' for name in release.not_managed)}.", "")
