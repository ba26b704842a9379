"""Lifecycle policies in ECR's own vocabulary: `rules` has one rule, `policy` has the conditions between rules."""

from shared_ecr.model.lifecycle.policy import DEFAULT_POLICY, LifecyclePolicy, NoLifecyclePolicy, conflicts
from shared_ecr.model.lifecycle.rules import (
    Action,
    AnyImage,
    ArchivedAge,
    Count,
    LifecycleRule,
    NewestImages,
    PulledAge,
    PushedAge,
    Selection,
    StorageClass,
    TaggedLike,
    TaggedWith,
    Untagged,
)

__all__ = [
    "DEFAULT_POLICY",
    "Action",
    "AnyImage",
    "ArchivedAge",
    "Count",
    "LifecyclePolicy",
    "LifecycleRule",
    "NewestImages",
    "NoLifecyclePolicy",
    "PulledAge",
    "PushedAge",
    "Selection",
    "StorageClass",
    "TaggedLike",
    "TaggedWith",
    "Untagged",
    "conflicts",
]
