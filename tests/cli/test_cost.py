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


def groups(here: Path, *words: str) -> list[tuple[str, float, float | None]]:
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


def test_the_prices_are_named_with_their_date_and_source(here: Path) -> None:
    assert "prices of 2026-03-22 from https://aws.amazon.com/ecr/pricing/" in cost(here).stdout.splitlines()


def elsewhere(here: Path) -> Outcome:
    """Return the cost where one inventory is of a Region that has no known price."""
    declaration = DECLARATION.replace("[us-east-1]", "[us-east-1, eu-west-1]")
    (here / "registry.yaml").write_text(declaration)
    (here / "other.json").write_text(json.dumps({"imageDetails": images("pay/api", GB)}))
    (here / "images.json").write_text(json.dumps({"imageDetails": images("shop/api", 10 * GB)}))
    us, eu = f"us-east-1={here / 'images.json'}", f"eu-west-1={here / 'other.json'}"
    inventories = ("--images", us, "--images", eu)
    return shared_ecr("cost", *inventories, "--file", here / "registry.yaml", "--now", "2026-11-30T00:00:00Z")


def test_a_region_without_a_price_is_unknown_and_not_in_the_sum(here: Path) -> None:
    lines = elsewhere(here).stdout.splitlines()
    assert "cost unknown, saving unknown" in lines[0]
    assert "no price is known for eu-west-1: pass --prices FILE, or --price P for one Region" in lines
    assert lines[-1].startswith("not the whole registry; 1 of 2 repositories with a known cost: 1.00 USD a month")


def test_where_no_price_is_known_the_sum_is_unknown_and_not_zero(here: Path) -> None:
    (here / "registry.yaml").write_text(DECLARATION.replace("us-east-1", "eu-west-1"))
    assert "of 3 repositories with a known cost: cost unknown; what the policies save is unknown" in cost(here).stdout
    total = json.loads(cost(here, "--format", "json").stdout)["total"]
    assert total == {"monthly_cost": None, "monthly_saving": None, "is_whole": False}


def test_a_price_list_of_ones_own_has_the_missing_region(here: Path) -> None:
    (here / "prices.yaml").write_text(
        "source: the bill\nas_of: 2026-11-01\ncurrency: EUR\nregions:\n  us-east-1: { standard: 2, archive: 1 }\n"
    )
    assert groups(here, "--prices", str(here / "prices.yaml"))[0] == ("pay/api", 80.0, 0.0)


def test_a_price_list_with_what_is_no_price_is_refused_with_its_place(here: Path) -> None:
    path = here / "prices.yaml"
    path.write_text(
        "source: the bill\nas_of: 2026-11-01\ncurrency: EUR\nregions:\n  us-east-1: { standard: 0,1, archive: 1 }\n"
    )
    done = cost(here, "--prices", str(path))
    assert (done.code, f"{path}:5:" in done.stderr) == (2, True)


def test_a_declared_repository_that_the_inventory_lacks_is_named_and_the_sum_is_not_whole(here: Path) -> None:
    (here / "images.json").write_text(json.dumps({"imageDetails": images("shop/api", GB)}))
    done = cost(here)
    assert "  pay/api is declared, but the inventory does not have it" in done.stdout.splitlines()
    assert done.stdout.splitlines()[-1].startswith("not the whole registry; 1 repository: 0.10 USD a month")
    document = json.loads(cost(here, "--format", "json").stdout)
    assert (document["total"]["is_whole"], len(document["not_read"])) == (False, 2)


def test_a_repository_that_is_not_declared_is_counted_and_its_saving_is_unknown(here: Path) -> None:
    (here / "images.json").write_text(json.dumps({"imageDetails": images("old/api", 10 * GB)}))
    assert ("old/api", 1.0, None) in groups(here)


def test_what_an_inventory_could_not_read_is_not_in_the_sum(here: Path) -> None:
    document = json.loads((here / "images.json").read_text())
    document["notRead"] = [{"what": "pay/db in us-east-1", "why": "denied"}]
    (here / "images.json").write_text(json.dumps(document))
    assert cost(here).stdout.splitlines()[-1].startswith("not the whole registry;")


@pytest.mark.parametrize("words", [["--live"], ["--archive-price", "1"], ["--prices", "p.yaml", "--price", "1"]])
def test_what_contradicts_itself_is_refused(here: Path, words: list[str]) -> None:
    assert cost(here, *words).code == 2


def test_a_day_that_is_over_is_refused(here: Path) -> None:
    assert cost(here, "--until", "2020-01-01").code == 2


@pytest.mark.parametrize("command", ["cost", "fate"])
@pytest.mark.parametrize("option", ["--price", "--archive-price"])
@pytest.mark.parametrize("text", ["-1", "nan", "inf", "0,10", "cheap", ""])
def test_what_is_not_a_price_is_refused_with_a_repair(command: str, option: str, text: str) -> None:
    done = shared_ecr(command, f"{option}={text}")
    assert (done.code, f"argument {option}" in done.stderr, "such as 0.10" in done.stderr) == (2, True, True)


def test_without_an_inventory_the_command_says_how_to_make_one() -> None:
    done = shared_ecr("cost")
    assert (done.code, "shared-ecr images --save" in done.stderr) == (2, True)
