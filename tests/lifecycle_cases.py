"""The ground truth of `shared/cases/lifecycle.json`, read in place, as our values."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from shared_ecr.declaration.policy_sources import parse_policies
from shared_ecr.fate.images import Image
from shared_ecr.model.lifecycle import LifecyclePolicy, StorageClass

FILE = Path(__file__).resolve().parents[2] / "shared" / "cases" / "lifecycle.json"
# The fate of each digest, and the rule that claims it: what every evaluator, right or wrong, is asked for.
Answer = Mapping[str, tuple[str, int | None]]
Evaluator = Callable[[LifecyclePolicy, Sequence[Image], datetime], Answer]


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    policy: LifecyclePolicy
    images: tuple[Image, ...]
    now: datetime
    expected: Answer


def cases() -> list[Case]:
    return [_case(each) for each in json.loads(FILE.read_text(encoding="utf-8"))] if FILE.exists() else []


def policy(document: Mapping[str, Any]) -> LifecyclePolicy:
    found = parse_policies(json.dumps(document), "policy.json").for_all
    assert found
    return found


def _case(each: Mapping[str, Any]) -> Case:
    fates = {image["digest"]: "keep" for image in each["images"]}
    for key, fate in (
        ("expected_expired", "expire"),
        ("expected_archived", "archive"),
        ("expected_blocked", "blocked"),
        ("expected_cascade_expired", "cascade_expire"),
        ("expected_cascade_archived", "cascade_archive"),
    ):
        fates |= dict.fromkeys(each.get(key, ()), fate)
    expected = {digest: (fate, each["claimed_by"][digest]) for digest, fate in fates.items()}
    images = tuple(_image(image) for image in each["images"])
    return Case(each["name"], policy(each["policy"]), images, datetime.fromisoformat(each["now"]), expected)


def _image(each: Mapping[str, Any]) -> Image:
    def time(key: str) -> datetime | None:
        return datetime.fromisoformat(each[key]) if each.get(key) else None

    return Image(
        each["digest"],
        datetime.fromisoformat(each["pushed_at"]),
        tuple(each["tags"]),
        StorageClass(each["storage_class"].lower()),
        time("last_recorded_pull_at"),
        time("last_archived_at"),
        time("last_activated_at"),
        media_type=each.get("media_type", ""),
        children=tuple(each.get("manifests", ())),
        subject=each.get("subject"),
    )
