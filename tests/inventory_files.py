"""Writes inventories as `aws ecr describe-images` does, for tests."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

NOW = datetime(2026, 11, 21, tzinfo=UTC)
AT_NOW = ("--now", NOW.isoformat())
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def digest(of: str) -> str:
    return f"sha256:{hashlib.sha256(of.encode()).hexdigest()}"


def entry(name: str, *tags: str, days: float = 0, repository: str = "team/app", **more: Any) -> dict[str, Any]:
    return {
        "registryId": "111111111111",
        "repositoryName": repository,
        "imageDigest": digest(name),
        "imageTags": list(tags),
        "imageSizeInBytes": 2**30,
        "imagePushedAt": (NOW - timedelta(days=days)).isoformat(),
        "imageManifestMediaType": MANIFEST,
        "imageStatus": "ACTIVE",
        **more,
    }


def rule(priority: int, action: str = "expire", **selection: Any) -> dict[str, Any]:
    target = {"targetStorageClass": "archive"} if action == "transition" else {}
    if selection["countType"] != "imageCountMoreThan":
        selection = {"countUnit": "days", **selection}
    return {"rulePriority": priority, "selection": selection, "action": {"type": action, **target}}


def newest(priority: int, number: int, *patterns: str) -> dict[str, Any]:
    tags = {"tagStatus": "tagged", "tagPatternList": list(patterns)} if patterns else {"tagStatus": "any"}
    return rule(priority, **tags, countType="imageCountMoreThan", countNumber=number)


def pushed(priority: int, days: int, *patterns: str, action: str = "expire") -> dict[str, Any]:
    tags = {"tagStatus": "tagged", "tagPatternList": list(patterns)} if patterns else {"tagStatus": "any"}
    return rule(priority, action, **tags, countType="sinceImagePushed", countNumber=days)


class Files:
    """Files of one test's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def inventory(self, *entries: dict[str, Any], name: str = "images.json", **page: Any) -> str:
        return self.written(name, {"imageDetails": list(entries), **page})

    def policy(self, *rules: dict[str, Any], name: str = "policy.json") -> str:
        return self.written(name, {"rules": list(rules)})

    def written(self, name: str, document: object) -> str:
        path = self.folder / name
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        return str(path)


def fates(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (image["tags"][0] if image["tags"] else image["digest"], image["fate"])
        for repository in document["repositories"]
        for image in repository["images"]
    ]


def codes(found: Sequence[dict[str, Any]]) -> list[str]:
    return [each["code"] for each in found]
