from collections.abc import Iterator

import pytest

from e2e.road import ROOT, Road
from shared_ecr.local import running


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    """An AWS of its own for each module, prepared for CDK."""
    if not (ROOT / "node_modules/.bin/cdk").exists():
        pytest.skip("the CDK command line is not installed: npm ci")
    with running() as aws:
        prepared = Road(aws, tmp_path_factory.mktemp("road"))
        done = prepared.cdk("bootstrap", f"aws://{aws.account}/{aws.region}")
        assert done.code == 0, done.stderr
        yield prepared
