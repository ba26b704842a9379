from pathlib import Path

import aws_cdk as cdk
import pytest

from templates.synthesis import quick_app


@pytest.fixture
def app(tmp_path: Path) -> cdk.App:
    return quick_app(tmp_path)


@pytest.fixture
def stack(app: cdk.App) -> cdk.Stack:
    """Someone's own stack."""
    return cdk.Stack(app, "Own")
