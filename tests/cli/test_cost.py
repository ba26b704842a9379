import json
from pathlib import Path

import pytest

from cli.command_line import Outcome, shared_ecr

DECLARATION = """\
version: 1
accounts: { shared: "111111111111" }
registry: { account: shared, regions: [us-east-1] }
defaults:
  lifecycle:
    rules:
      - rulePriority: 1
        selection: { tagStatus: untagged, countType: imageCountMoreThan, countNumber: 1 }
        action: { type: expire }
repositories:
  shop/api: { tags: { team: shop } }
  shop/web: { tags: { team: shop } }
  pay/api: {}
"""
GB = 2**30


def images(repository: str, *sizes: int) -> list[dict[str, object]]:
    return [
        {
            "registryId": "111111111111",
            "repositoryName": repository,
            "imageDigest": f"sha256:{repository.encode().hex():0>60}{number:04x}"[-71:],
            "imageSizeInBytes": size,
            "imagePushedAt": f"2026-10-{number + 1:02}T00:00:00Z",
        }
        for number, size in enumerate(sizes)
    ]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    details = [*images("shop/api", 10 * GB, 20 * GB), *images("shop/web", 5 * GB), *images("pay/api", 40 * GB)]
    (tmp_path / "images.json").write_text(json.dumps({"imageDetails": details}))
    (tmp_path / "registry.yaml").write_text(DECLARATION)
    return tmp_path


def cost(here: Path, *words: str) -> Outcome:
    inventory, declaration = here / "images.json", here / "registry.yaml"
    now = ("--now", "2026-11-30T00:00:00Z")
    return shared_ecr("cost", "--images", inventory, "--file", declaration, *now, *words)


def groups(here: Path, *words: str) -> list[tuple[str, float, float]]:
    done = cost(here, "--format", "json", *words)
    assert done.code == 0, done.stderr
    return [(each["name"], each["monthly_cost"], each["monthly_saving"]) for each in json.loads(done.stdout)["groups"]]


def test_the_most_expensive_repository_is_first_with_what_its_policy_saves(here: Path) -> None:
    assert groups(here) == [("pay/api", 4.0, 0.0), ("shop/api", 3.0, 1.0), ("shop/web", 0.5, 0.0)]


def test_repositories_are_grouped_by_a_tag_of_the_declaration(here: Path) -> None:
    assert groups(here, "--by", "team") == [("(not tagged)", 4.0, 0.0), ("shop", 3.5, 1.0)]


def test_a_price_of_ones_own_counts(here: Path) -> None:
    assert groups(here, "--price", "1")[0] == ("pay/api", 40.0, 0.0)


def test_the_table_ends_with_the_sum(here: Path) -> None:
    last = cost(here).stdout.splitlines()[-1]
    assert last == "3 repositories: 7.50 USD a month; the policies save 1.00 (layers counted in each image)"


@pytest.mark.parametrize("words", [["--price", "-1"], ["--price", "nan"], ["--until", "2020-01-01"]])
def test_what_is_not_a_price_or_a_coming_day_is_refused(here: Path, words: list[str]) -> None:
    assert cost(here, *words).code == 2


def test_without_an_inventory_the_command_says_how_to_make_one() -> None:
    done = shared_ecr("cost")
    assert (done.code, "shared-ecr images --save" in done.stderr) == (2, True)
