"""Whole plans, each part of them consistent with the others, for the tests of what a review says of them."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.model.names import Region
from shared_ecr.review.documents import DeploymentTarget, load_deployment, load_prior
from shared_ecr.review.judging import ReviewQuestion, review
from shared_ecr.review.verdict import ReviewResult

ACCOUNT, REGION = "111111111111", "us-east-1"
KEY_ID = "aaaaaaaa-1111-2222-3333-444444444444"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY_ID}"
NOW = datetime(2026, 11, 30, tzinfo=UTC)
PLACE = DeploymentTarget(ACCOUNT, Region(REGION))
KNOWN = TrustBoundary("o-a1b2c3d4e5", frozenset({ACCOUNT, "222222222222"}))
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
APP, WEB = "aws_ecr_repository.app", "aws_ecr_repository.web"


def policy(principal: object = "arn:aws:iam::222222222222:root", effect: str = "Allow", **statement: Any) -> str:
    """Return a policy of one statement as the text that Terraform keeps."""
    named = principal if principal == "*" else {"AWS": principal}
    body = {"Sid": "Pull", "Effect": effect, "Principal": named, "Action": PULL, **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [body]})


def keeping(count: int) -> str:
    """Return a lifecycle policy that keeps the newest *count* images."""
    selection = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": count}
    return json.dumps({"rules": [{"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}]})


def repository(name: str = "team/app", **attributes: Any) -> dict[str, Any]:
    """Return the attributes of a repository that is there."""
    return {
        "arn": f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{name}",
        "id": name,
        "registry_id": ACCOUNT,
        "repository_url": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{name}",
        "name": name,
        "image_tag_mutability": "IMMUTABLE",
        "image_tag_mutability_exclusion_filter": [],
        "force_delete": None,
        "encryption_configuration": [{"encryption_type": "AES256", "kms_key": ""}],
        "image_scanning_configuration": [{"scan_on_push": True}],
        "tags": {},
        "tags_all": {},
        "timeouts": None,
        **attributes,
    }


def encrypted(key: str = KEY, **attributes: Any) -> dict[str, Any]:
    """Return the attributes of a repository that *key* encrypts."""
    return repository(encryption_configuration=[{"encryption_type": "KMS", "kms_key": key}], **attributes)


def kms_key(**attributes: Any) -> dict[str, Any]:
    """Return the attributes of a key that is there."""
    return {"arn": KEY, "key_id": KEY_ID, "id": KEY_ID, "is_enabled": True, "deletion_window_in_days": 30, **attributes}


def held(repository_name: str, text: str) -> dict[str, Any]:
    """Return the attributes of a policy of a repository."""
    return {"id": repository_name, "repository": repository_name, "registry_id": ACCOUNT, "policy": text}


_INDEX = re.compile(r'\["?[^]"]*"?\]')


@dataclass(frozen=True)
class Entry:
    """One resource of a plan."""

    address: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    actions: list[str] | None = None
    """By default what follows from the two sides."""
    change: dict[str, Any] = field(default_factory=dict)
    """Other fields of `change`."""
    fields: dict[str, Any] = field(default_factory=dict)
    """Other fields of the entry."""

    @property
    def type(self) -> str:
        return _INDEX.sub("", self.address).split(".")[-2]

    @property
    def words(self) -> list[str]:
        if self.actions is not None:
            return self.actions
        if self.before is None:
            return ["create"]
        if self.after is None:
            return ["delete"]
        return ["no-op"] if self.before == self.after and not self.change.get("after_unknown") else ["update"]


def same(address: str, values: dict[str, Any]) -> Entry:
    """Return a resource to which nothing happens."""
    return Entry(address, values, values)


def plan(*entries: Entry, **fields: Any) -> dict[str, Any]:
    """Return the plan that holds *entries*; *fields* are added at the top."""
    return {
        "format_version": "1.2",
        "terraform_version": "1.13.0",
        "planned_values": _values([_held(each, each.after, "after") for each in entries if each.after is not None]),
        "resource_changes": [_entry(each) for each in entries],
        "prior_state": {
            "format_version": "1.0",
            "values": _values([
                _held(each, each.before, "before") for each in entries
                if each.before is not None and "deposed" not in each.fields
            ]),
        },
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": REGION}}}},
            "root_module": {},
        },
        "timestamp": "2026-11-30T00:00:00Z",
        "applyable": True,
        "complete": True,
        "errored": False,
        **fields,
    }  # fmt: skip


def reviewed(folder: Path, document: object, *, with_access: bool = False) -> ReviewResult:
    """Review *document* as the command does."""
    path = folder / "plan.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    after, before = (load(path, PLACE, shown_as="plan.json") for load in (load_deployment, load_prior))
    assert after is not None
    return review(after, before, ReviewQuestion(NOW, KNOWN, with_access=with_access))


def blocking(result: ReviewResult) -> list[str]:
    """Return the codes of what blocks, each with its subject."""
    return sorted({f"{each.finding.code}: {each.finding.subject}" for each in result.findings if each.blocks})


def codes(result: ReviewResult) -> set[str]:
    """Return the codes of what blocks."""
    return {each.finding.code for each in result.findings if each.blocks}


def _values(resources: list[dict[str, Any]]) -> dict[str, Any]:
    return {"root_module": {"resources": resources}}


def _held(entry: Entry, values: dict[str, Any] | None, side: str) -> dict[str, Any]:
    address = entry.fields.get("previous_address", entry.address) if side == "before" else entry.address
    return {
        "address": address,
        "mode": "managed",
        "type": entry.type,
        "name": _INDEX.sub("", entry.address).split(".")[-1],
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "values": values,
        "sensitive_values": entry.change.get(f"{side}_sensitive", {}),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "address": entry.address,
        "mode": "managed",
        "type": entry.type,
        "name": _INDEX.sub("", entry.address).split(".")[-1],
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {
            "actions": entry.words,
            "before": entry.before,
            "after": entry.after,
            "after_unknown": {},
            "before_sensitive": {},
            "after_sensitive": {},
            **entry.change,
        },
        **entry.fields,
    }
