"""Refuse a release whose tag is not its version, or whose addresses are not those of the repository it is made in.

python scripts/check_release.py v0.1.0 https://forge.example/owner/shared-ecr
"""

import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def faults(project: Mapping[str, Any], changelog: str, tag: str, home: str) -> Iterator[str]:
    """Yield what keeps the release from being made."""
    version = project["version"]
    if tag != f"v{version}":
        yield f"the tag is {tag}, and pyproject.toml has the version {version}; tag v{version}, or change the version"
    if f"## {version}" not in changelog:
        yield f"CHANGELOG.md has no section '## {version}'; give the section 'Unreleased' this title and a date"
    for name, url in project["urls"].items():
        if "OWNER" in url:
            yield f"the address {name} in pyproject.toml is a placeholder; replace OWNER"
    if project["urls"]["Repository"] != home:
        yield f"the address Repository in pyproject.toml is not {home}, where this release is made"


def main(tag: str, home: str) -> int:
    """Print the faults, and return 1 where there is one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = list(faults(project, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), tag, home))
    sys.stderr.writelines(f"{fault}\n" for fault in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
