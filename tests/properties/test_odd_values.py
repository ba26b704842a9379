"""No odd value at any place of a document ends in a traceback, in any command that reads one. FUZZ=2000 tries more."""

import copy
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from live_registries import UNTAGGED, policy, registry, registry_policy, repository, statement
from review.terraform_plans import Entry, held, plan
from review.terraform_plans import policy as policy_text
from review.terraform_plans import repository as attributes
from shared_ecr.cli.main import main
from shared_ecr.documents.live import render_document

TESTS = Path(__file__).parents[1]
CASES = int(os.environ.get("FUZZ", "200"))
FIRST = int(os.environ.get("FUZZ_FROM", "0"))
ODD: list[Any] = [
    None, True, False, 0, -1, 1e308, 10**30, "", "*", "x" * 5000, "\u202e", "\ud800", "2026-13-45", "a:b:c:d:e:f", [],
    {}, [[]], ["a", None], {"": ""}, {"Ref": "X"}, {"Ref": []}, {"Ref": "AWS::NoValue"}, {"Fn::Sub": "${A}"},
    {"Fn::Sub": ["${a}${!b}${", {}]}, {"Fn::If": ["C", 1, 2]}, {"Fn::If": []}, {"Fn::GetAtt": []}, {"Fn::Join": [1]},
    {"Fn::Select": ["9", []]}, {"Fn::FindInMap": ["a"]}, {"Fn::Split": [",", None]}, {"Fn::ForEach::X": []},
    {"Fn::Transform": {}}, {"Fn::ImportValue": {}},
]  # fmt: skip
LIVE = render_document(
    registry(
        repository(
            "shop",
            policy(statement({"AWS": "222222222222"})),
            LifecyclePolicy=UNTAGGED,
            Tags=[{"Key": "a", "Value": "b"}],
        ),
        registry_policy(policy(statement({"AWS": "222222222222"}, "ecr:ReplicateImage", Resource="*"))),
    )
)

PLAN = plan(
    Entry("aws_ecr_repository.app", attributes(), {**attributes(), "image_tag_mutability": "MUTABLE"}),
    Entry("aws_ecr_repository.web", attributes("web"), None),
    Entry("aws_ecr_repository_policy.app", held("team/app", policy_text()), held("team/app", policy_text("*"))),
)


def pairs() -> Iterator[tuple[Any, Any, Any]]:
    """Yield both sides of each case of a change, with its inventory, and golden templates that do not change."""
    for case in sorted((TESTS / "review/changes/cases").iterdir()):
        if (case / "before.json").exists() and (case / "after.json").exists():
            images = case / "images.json"
            yield (
                json.loads((case / "before.json").read_text()),
                json.loads((case / "after.json").read_text()),
                json.loads(images.read_text()) if images.exists() else None,
            )
    for path in sorted((TESTS / "templates/golden").rglob("*.template.json")):
        template = json.loads(path.read_text())
        yield template, template, None


PAIRS = list(pairs())
DECLARATION = """
version: 1
registry: {account: "111111111111", regions: [us-east-1]}
repositories: {team/app: {}, team/api: {}}
"""


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each part of *value* but the whole."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in entries:
        yield (*path, key)
        yield from paths(member, (*path, key))


def with_odd_values(chance: random.Random, document: Any) -> Any:
    """Return *document* with one to three parts replaced, left out or called otherwise."""
    changed = copy.deepcopy(document)
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        places = [*paths(changed)]
        if not places:
            break
        *way, last = chance.choice(places)
        holder = changed
        for key in way:
            holder = holder[key]
        match chance.randrange(5):
            case 0:
                del holder[last]
            case 1 if isinstance(holder, dict):
                holder[chance.choice(["Ref", "Fn::If", "Condition", "DeletionPolicy", "Type"])] = holder.pop(last)
            case _:
                holder[last] = copy.deepcopy(chance.choice(ODD))
    return changed


def run(capsys: pytest.CaptureFixture[str], seed: int, *words: str) -> None:
    main([*words])
    error = capsys.readouterr().err
    assert "[unexpected]" not in error, f"seed {seed}: {' '.join(words)}: {error}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_in_templates_and_inventories(capsys: pytest.CaptureFixture[str]) -> None:
    Path("registry.yaml").write_text(DECLARATION)
    for seed in range(FIRST, FIRST + CASES):
        chance = random.Random(f"odd templates {seed}")
        before, after, images = chance.choice(PAIRS)
        Path("before.json").write_text(json.dumps(chance.choice([before, with_odd_values(chance, before)])))
        Path("after.json").write_text(json.dumps(with_odd_values(chance, after)))
        more: list[str] = []
        if images is not None:
            Path("images.json").write_text(json.dumps(chance.choice([images, with_odd_values(chance, images)])))
            more = ["--images", "images.json"]
            run(capsys, seed, "fate", *more)
            run(capsys, seed, "cost", *more)
        shape = chance.choice(["text", "json", "markdown", "sarif"])
        run(capsys, seed, "review", "after.json", "--against", "before.json", "--format", shape, *more)
        run(capsys, seed, "access", "--template", "after.json")


def test_in_snapshots(capsys: pytest.CaptureFixture[str]) -> None:
    for seed in range(FIRST, FIRST + CASES):
        chance = random.Random(f"odd snapshots {seed}")
        Path("live.json").write_text(json.dumps(with_odd_values(chance, LIVE)))
        run(capsys, seed, "adopt", "--snapshot", "live.json", "--into", f"{seed}.yaml", "--folder", f"adoption-{seed}")
        run(capsys, seed, "review", "live.json")
        run(capsys, seed, "access", "--template", "live.json")


def test_in_plans(capsys: pytest.CaptureFixture[str]) -> None:
    for seed in range(FIRST, FIRST + CASES):
        Path("plan.json").write_text(json.dumps(with_odd_values(random.Random(f"odd plans {seed}"), PLAN)))
        run(capsys, seed, "review", "plan.json", "--region", "us-east-1", "--account", "111111111111")
