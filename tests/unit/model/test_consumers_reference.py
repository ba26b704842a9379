import json
import re
from pathlib import Path

import pytest
import yaml

from shared_ecr.declaration import load, parse
from shared_ecr.model.names import Region
from shared_ecr.model.permissions import AccessLevel, PolicyLocation, repository_policy

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / "docs/reference/consumers.md"
HERE = PolicyLocation.of(Region.parse("eu-west-1"))


def rows() -> list[tuple[str, Path, str, set[str]]]:
    """Return of each row what it is for, its file, the consumer it says, and the Sids."""
    text = REFERENCE.read_text(encoding="utf-8").split("## What to write", 1)[1].split("\n## ", 1)[0]
    read = []
    for line in text.splitlines():
        linked = re.match(r"\| \[(?P<what>[^]]+)\]\((?P<file>[^)]+)\) \| `(?P<consumer>[^`]+)`(?P<rest>.*)", line)
        if linked:
            statements = linked["rest"].split(" | ")[1]
            sids = set(re.findall("`([A-Z][A-Za-z]+)`", statements))
            read.append((linked["what"], (REFERENCE.parent / linked["file"]).resolve(), linked["consumer"], sids))
    return read


ROWS = rows()


def test_the_table_is_read() -> None:
    assert len(ROWS) == REFERENCE.read_text(encoding="utf-8").count("tests/declarations/accepted/consumer-")


@pytest.mark.parametrize(("what", "file", "consumer", "sids"), ROWS, ids=[row[0] for row in ROWS])
def test_what_the_reference_says_to_write_is_in_an_accepted_file_and_becomes_its_statements(
    what: str, file: Path, consumer: str, sids: set[str]
) -> None:
    grants = yaml.safe_load(file.read_text(encoding="utf-8"))["repositories"]["team/app"]["grants"]
    places = [
        (level, index)
        for level, items in grants.items()
        for index, item in enumerate(items)
        if item == yaml.safe_load(consumer)
    ]
    assert places, f"{file.name} does not have {consumer}"
    (level, index), *_ = places

    (spec,) = load(file).registry.repositories
    granted = [grant for grant in spec.grants if grant.level is AccessLevel(level)][index]
    policy = repository_policy([granted], HERE)
    assert policy
    assert {statement["Sid"] for statement in policy["Statement"]} == sids


def test_the_example_prints_a_trust_policy(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", REFERENCE.read_text(encoding="utf-8"), flags=re.DOTALL)
    exec(example, {})
    assert json.loads(capsys.readouterr().out)["Statement"][0]["Action"] == "sts:AssumeRoleWithWebIdentity"


def test_the_yaml_examples_are_accepted() -> None:
    narrowed, perimeter = re.findall(r"```yaml\n(.*?)```", REFERENCE.read_text(encoding="utf-8"), flags=re.DOTALL)
    repository = {"grants": {"pull": yaml.safe_load(narrowed)}, **yaml.safe_load(perimeter)}
    document = {
        "version": 1,
        "organization": "o-a1b2c3d4e5",
        "accounts": {"apps": "222222222222", "partner": "444444444444"},
        "registry": {"account": "555555555555", "regions": ["eu-west-1"]},
        "repositories": {"team/app": repository},
    }
    assert parse(json.dumps(document)).warnings == ()
