"""The rules about changes: a function for each rule, which judges one case.

`CASE_RULES` lists those that look at a repository on both sides. Removed repositories, whole stacks, keys and settings
have rules of their own, in the modules of these names.
"""

from collections.abc import Callable, Iterator

from shared_ecr.review.changes.cases import RepositoryPair, ReviewContext
from shared_ecr.review.changes.operations.replacements import replaced_by_plan
from shared_ecr.review.changes.rules.content import access_changed, policy_gone, scan_off, tags_may_move
from shared_ecr.review.changes.rules.identity import (
    logical_id_changed,
    moved,
    removal_weakened,
    renamed,
    replaced,
    undecidable,
)
from shared_ecr.review.changes.rules.lifecycle import fates, loses_more, protects_nothing
from shared_ecr.review.changes.rules.listed import listed_in_repository
from shared_ecr.review.changes.rules.policies_written_elsewhere import policy_written_elsewhere
from shared_ecr.review.changes.rules.tags import tags_lost
from shared_ecr.review.findings import RuleFinding

__all__ = ["CASE_RULES"]

CASE_RULES: tuple[Callable[[RepositoryPair, ReviewContext], Iterator[RuleFinding]], ...] = (
    renamed, replaced, logical_id_changed, moved, removal_weakened, tags_may_move, scan_off, policy_gone,
    access_changed, fates, protects_nothing, loses_more, tags_lost, policy_written_elsewhere, listed_in_repository,
    replaced_by_plan, undecidable,
)  # fmt: skip
