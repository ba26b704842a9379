"""`local scan-results`: the file of the how-to, and what is wrong in other files."""

import re
from pathlib import Path

import pytest

from cli.command_line import shared_ecr
from client.images import image
from local.scan_world import ScanWorld, new_seed

PAGE = Path(__file__).parents[2] / "docs/how-to/gate-a-release.md"
MARK = "<!-- run by tests/local/test_scan_results_file.py -->\n```json\n"
LOOK = '{"imageScanStatus": {"status": "COMPLETE"}}'


@pytest.fixture
def file(world: ScanWorld, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(world.folder)
    return world.folder / "results.json"


def test_the_file_of_the_how_to_gives_the_image_its_findings(world: ScanWorld, digest: str, file: Path) -> None:
    (block,) = re.findall(rf"{re.escape(MARK)}(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    file.write_text(block.replace("team/app", world.repository))
    assert shared_ecr("local", "scan-results", file).code == 0
    done = world.scan()
    assert done.code == 1
    assert "[CVE-2026-1234]" in done.stdout


def test_results_without_a_digest_are_of_every_image(world: ScanWorld, digest: str, file: Path) -> None:
    world.holds(image(seed=new_seed()), "2")
    file.write_text(f'{{"scans": [{{"repositoryName": "{world.repository}", "looks": [{LOOK}]}}]}}')
    assert shared_ecr("local", "scan-results", file).code == 0
    world.types("scan", f"{world.repository}:1", f"{world.repository}:2", "--wait", "0s")
    assert world.scan("1", "--wait", "0s").code == world.scan("2", "--wait", "0s").code


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "results.json:1:2: not JSON"),
        ("[]", "results.json:1:1: expected a mapping"),
        ('{"scan": []}', "unknown key 'scan'. Did you mean 'scans'?"),
        ('{"scans": {}}', "results.json:1:11: scans: expected a list"),
        ('{"scans": [{"looks": []}]}', "scans[0]: the key 'repositoryName' is missing"),
        ('{"scans": [{"repositoryName": "a", "looks": []}]}', "scans[0].looks: there is no look"),
        ('{"scans": [{"repositoryName": "a", "looks": [{}]}]}', "the key 'imageScanStatus' is missing"),
        ('{"scans": [{"repositoryName": 1, "looks": [' + LOOK + "]}]}", "scans[0].repositoryName: expected a text"),
        ('{"scans": [{"repositoryName": "a", "looks": [7]}]}', "scans[0].looks[0]: expected a text"),
        ('{"coverage": [7]}', "coverage[0]: expected a resource"),
    ],
)
def test_a_file_with_another_shape_is_refused_with_the_place(file: Path, text: str, said: str) -> None:
    file.write_text(text)
    done = shared_ecr("local", "scan-results", file)
    assert done.code == 2
    assert said in done.stderr


def test_a_missing_file_is_one_error(file: Path) -> None:
    done = shared_ecr("local", "scan-results", "nowhere.json")
    assert done.code == 2
    assert "nowhere.json: no such file" in done.stderr


def test_results_without_an_embedded_aws_are_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    file.write_text("{}")
    done = shared_ecr("local", "scan-results", file)
    assert done.code == 2
    assert "local start" in done.stderr
