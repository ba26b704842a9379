"""The step of CI systems, with the real command against the embedded AWS."""

import json
import os
import subprocess
import sys
from pathlib import Path

from local.scan_world import ScanWorld, basic, basic_finding, status

SCRIPT = Path(__file__).parents[2] / "integrations/scan"


def step(world: ScanWorld, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the script as a job does, in the folder of the declaration; the environment is that of the embedded AWS."""
    programs = world.folder / "installed/bin"
    programs.mkdir(parents=True)
    (programs / "shared-ecr").symlink_to(Path(sys.executable).with_name("shared-ecr"))
    environ = {**os.environ, "IMAGES": f"{world.repository}:1", **variables}
    command = [str(SCRIPT), str(programs.parent), str(world.folder / "out")]
    return subprocess.run(command, cwd=world.folder, env=environ, capture_output=True, text=True, check=False)


def test_a_job_has_the_results_of_an_image_that_the_gate_stops(world: ScanWorld, digest: str) -> None:
    world.shows(digest, basic(basic_finding(severity="CRITICAL")))
    ran = step(world, FAIL_ON="critical", UNFIXED="ignore", UNRATED="ignore", WAIT="1m", SCANNING="basic")
    assert ran.returncode == 0, ran.stderr
    assert "blocks=true" in ran.stdout.splitlines()
    results = json.loads((world.folder / "out/scan.sarif").read_text())["runs"][0]["results"]
    assert [each["ruleId"] for each in results] == ["CVE-2026-1"]


def test_a_job_continues_with_an_image_that_passes(world: ScanWorld, digest: str) -> None:
    world.shows(digest, basic())
    ran = step(world)
    assert ran.returncode == 0, ran.stderr
    assert "blocks=false" in ran.stdout.splitlines()


def test_a_job_fails_where_a_scan_does_not_end_in_time(world: ScanWorld, digest: str) -> None:
    world.shows(digest, status("IN_PROGRESS"))
    assert step(world, WAIT="0s").returncode == 3
