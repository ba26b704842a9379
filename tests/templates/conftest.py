from pathlib import Path

import pytest

from templates.cases import CASES, Case
from templates.synthesis import SUFFIX, synthesize


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> dict[Case, dict[str, str]]:
    """What every case becomes today: the text of each template, by stack id."""
    return {case: synthesize(case.registry, tmp_path_factory.mktemp(str(case))) for case in CASES}


@pytest.fixture(scope="session")
def folder_of_templates(synthesized: dict[Case, dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All templates in one folder, CASE.STACK.template.json, for the checkers that read folders."""
    folder = tmp_path_factory.mktemp("all-templates")
    for case, templates in synthesized.items():
        for stack, text in templates.items():
            (folder / f"{case}.{stack}{SUFFIX}").write_text(text)
    return folder
