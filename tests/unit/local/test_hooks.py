import importlib.metadata
import tomllib
from pathlib import Path

import pytest

from shared_ecr.local import hooks

PROJECT = Path(__file__).resolve().parents[3] / "pyproject.toml"


@pytest.mark.parametrize("point", hooks.ALL, ids=lambda point: f"{point.module}.{point.name}")
def test_ministack_still_has_what_the_extensions_stand_on(point: hooks.HookPoint) -> None:
    fault = point.fault()
    assert fault is None, f"{fault}: revisit the pin of ministack in pyproject.toml, and shared_ecr/local with it"


def test_ministack_still_provisions_repositories_by_a_handler_that_can_be_replaced() -> None:
    handlers = hooks.RESOURCE_HANDLERS.read()["AWS::ECR::Repository"]
    replaced = (handlers["create"], handlers["update"])
    assert replaced == (hooks.CREATE_STACK_REPOSITORY.read(), hooks.UPDATE_STACK_REPOSITORY.read())


def test_the_installed_ministack_is_the_pinned_one() -> None:
    pins = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]["local"]
    assert f"ministack=={importlib.metadata.version('ministack')}" in pins


@pytest.mark.parametrize(
    ("point", "fault"),
    [
        (hooks.HookPoint("ministack.services.ecr", "_no_such_name"), "no longer exists"),
        (hooks.HookPoint("ministack.no_such_module", "x"), "no longer exists"),
        (hooks.HookPoint("ministack.services.ecr", "_put_image", ("data", "more")), "takes data"),
    ],
    ids=["no name", "no module", "other parameters"],
)
def test_a_hook_point_that_changed_is_named(point: hooks.HookPoint, fault: str) -> None:
    assert fault in (point.fault() or "")
