"""No text that Terraform marks as sensitive is in any form of a review. FUZZ=2000 tries ten times as many."""

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from review.terraform_plans import ACCOUNT, APP, PULL, Entry, codes, held, plan, repository, reviewed, same
from shared_ecr.review.reports.documents import render_document
from shared_ecr.review.reports.html import render_html
from shared_ecr.review.reports.markdown import render_markdown
from shared_ecr.review.reports.sarif import render_sarif
from shared_ecr.review.reports.text import render_text
from shared_ecr.review.verdict import ReviewResult

CASES = int(os.environ.get("FUZZ", "200"))
FIRST = int(os.environ.get("FUZZ_FROM", "0"))
FORMS: dict[str, Callable[[ReviewResult], str]] = {
    "text": render_text,
    "markdown": render_markdown,
    "html": render_html,
    "json": lambda result: json.dumps(render_document(result)),
    "sarif": lambda result: json.dumps(render_sarif(result, "0")),
}
LETTERS = "bcdfghjklmnpqrstvwxz"


class Secrets:
    """Makes texts that are nowhere else, and remembers them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.made: list[str] = []

    def word(self, length: int = 9) -> str:
        self.made.append("".join(self.chance.choices(LETTERS, k=length)))
        return self.made[-1]

    def account(self) -> str:
        self.made.append(str(self.chance.randrange(700_000_000_000, 999_999_999_999)))
        return self.made[-1]

    def policy(self) -> str:
        principal = self.chance.choice([
            "*", {"AWS": f"arn:aws:iam::{self.account()}:root"}, {"AWS": self.account()},
            {"AWS": [
                f"arn:aws:iam::{self.account()}:role/{self.word()}", f"arn:aws:iam::{ACCOUNT}:user/{self.word()}",
            ]},
        ])  # fmt: skip
        conditions: list[dict[str, Any]] = [
            {},
            {"StringEquals": {"aws:PrincipalOrgID": f"o-{self.word(10)}"}},
            {"StringLike": {f"aws:PrincipalTag/{self.word()}": [f"{self.word()}*", self.word()]}},
            {"StringEquals": {f"aws:ResourceTag/{self.word()}": self.word()}},
        ]
        statement = {
            "Sid": self.word(), "Effect": self.chance.choice(["Allow", "Allow", "Deny"]), "Principal": principal,
            "Action": self.chance.choice([PULL, "ecr:*", ["ecr:PutImage"], [f"ecr:{self.word()}"]]),
            "Condition": self.chance.choice(conditions),
        }  # fmt: skip
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def rules(self) -> str:
        selection = {
            "tagStatus": "tagged", "tagPrefixList": [self.word()], "countType": "imageCountMoreThan",
            "countNumber": self.chance.randrange(1, 50),
        }  # fmt: skip
        rule = {"rulePriority": 1, "description": self.word(), "selection": selection, "action": {"type": "expire"}}
        return self.chance.choice([json.dumps({"rules": [rule]}), json.dumps({"rules": self.word()}), self.word()])


def made(secrets: Secrets) -> tuple[Entry, str]:
    """Return a change of a random resource, and the attribute of it that is sensitive."""
    tags: Callable[[], Any] = lambda: {secrets.word(): secrets.word()}  # noqa: E731 — a value for each side
    cache = {"ecr_repository_prefix": "hub", "upstream_registry_url": "registry-1.docker.io", "registry_id": ACCOUNT}
    template = {"prefix": "hub", "applied_for": ["REPLICATION"], "registry_id": ACCOUNT}
    key: Callable[[], Any] = lambda: [{"encryption_type": "KMS", "kms_key": secrets.word()}]  # noqa: E731 — as above
    elsewhere: Callable[[], Any] = lambda: [  # noqa: E731 — as above
        {"rule": [{"destination": [{"region": "eu-west-1", "registry_id": secrets.account()}]}]}
    ]
    secret_arn: Callable[[], Any] = lambda: (  # noqa: E731 — as above
        f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:ecr-pullthroughcache/{secrets.word()}"
    )
    catalog: Callable[[], Any] = lambda: [{"about_text": secrets.word()}]  # noqa: E731 — as above
    choices: list[tuple[str, dict[str, Any], str, Callable[[], Any]]] = [
        ("aws_ecr_repository_policy.x", held("team/app", ""), "policy", secrets.policy),
        ("aws_ecr_repository_policy.x", held("team/elsewhere", ""), "policy", secrets.policy),
        ("aws_ecrpublic_repository_policy.x", {"repository_name": "tools"}, "policy", secrets.policy),
        ("aws_ecr_lifecycle_policy.x", held("team/app", ""), "policy", secrets.rules),
        ("aws_ecr_registry_policy.x", {"id": ACCOUNT, "registry_id": ACCOUNT}, "policy", secrets.policy),
        ("aws_ecr_repository_creation_template.x", template, "repository_policy", secrets.policy),
        ("aws_ecr_repository_creation_template.x", template, "lifecycle_policy", secrets.rules),
        ("aws_ecr_repository_creation_template.x", template, "resource_tags", tags),
        ("aws_ecr_repository_creation_template.x", template, "description", secrets.word),
        ("aws_ecr_pull_through_cache_rule.x", cache, "credential_arn", secret_arn),
        ("aws_ecr_pull_through_cache_rule.x", cache, "ecr_repository_prefix", secrets.word),
        ("aws_ecr_replication_configuration.x", {"id": ACCOUNT}, "replication_configuration", elsewhere),
        ("aws_ecr_repository.x", repository("team/x"), "tags_all", tags),
        ("aws_ecr_repository.x", repository("team/x"), "name", secrets.word),
        ("aws_ecr_repository.x", repository("team/x"), "encryption_configuration", key),
        ("aws_ecr_repository.x", repository("team/x"), "image_tag_mutability", secrets.word),
        ("aws_ecr_account_setting.x", {"name": "REGISTRY_POLICY_SCOPE"}, "value", secrets.word),
        ("aws_ecrpublic_repository.x", {"repository_name": "tools"}, "catalog_data", catalog),
    ]  # fmt: skip
    address, values, attribute, value = secrets.chance.choice(choices)
    before, after = ({**values, attribute: value()} for _ in range(2))
    shape = secrets.chance.randrange(4)
    marks = {"before_sensitive": {attribute: True}, "after_sensitive": {attribute: True}}
    match shape:
        case 0:
            return Entry(address, None, after, change=marks), attribute
        case 1:
            return Entry(address, before, None, change=marks), attribute
        case 2:
            return Entry(address, before, after, ["delete", "create"], marks), attribute
        case _:
            return Entry(address, before, after, change=marks), attribute


@pytest.mark.parametrize("start", range(FIRST, FIRST + CASES, 50))
def test_no_form_of_a_review_has_a_sensitive_text(tmp_path: Path, start: int) -> None:
    for seed in range(start, start + 50):
        secrets = Secrets(seed)
        entry, _ = made(secrets)
        found = reviewed(tmp_path, plan(same(APP, repository()), entry), with_access=True)
        for name, render in FORMS.items():
            shown = render(found)
            assert [secret for secret in secrets.made if secret in shown] == [], f"{seed}: {name}: {entry.address}"


def test_what_a_sensitive_policy_opens_still_blocks(tmp_path: Path) -> None:
    one = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": PULL}]})
    every = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": PULL}]})
    marks = {"before_sensitive": {"policy": True}, "after_sensitive": {"policy": True}}
    entry = Entry("aws_ecr_repository_policy.x", held("team/app", one), held("team/app", every), change=marks)
    found = reviewed(tmp_path, plan(same(APP, repository()), entry))
    assert codes(found) >= {"access-public", "access-widened-outside"}
    assert "(sensitive)" in render_text(found)
