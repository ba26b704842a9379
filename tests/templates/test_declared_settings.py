"""What drift takes for declared is what the template of the same declaration deploys, in every golden template."""

from pathlib import Path

import pytest

from shared_ecr.declaration import load
from shared_ecr.deployment.adoption.setting_differences import changed_properties
from shared_ecr.deployment.adoption.stack_made import declared_registry, deployed_with_parts
from shared_ecr.documents.live.live_registry import REPOSITORY
from shared_ecr.model.names import EcrRegistry, Region
from shared_ecr.review.documents import DeploymentTarget, load_deployment

GOLDEN = Path(__file__).parent / "golden"
CASES = [
    (folder.name, region)
    for folder in sorted(GOLDEN.iterdir())
    if (folder / "registry.yaml").exists()
    for region in load(folder / "registry.yaml", {}).registry.regions
]


@pytest.mark.parametrize(("name", "region"), CASES, ids=str)
def test_every_declared_setting_is_the_one_of_the_template(name: str, region: Region, tmp_path: Path) -> None:
    registry = load(GOLDEN / name / "registry.yaml", {}).registry
    home = EcrRegistry(registry.account, region)
    file = f"{registry.stack_name}-{home.region}.template.json"
    (tmp_path / file).write_bytes((GOLDEN / name / file).read_bytes())
    deployment = load_deployment(tmp_path, DeploymentTarget(str(home.account), home.region))
    deployed = deployed_with_parts(deployment, home)
    declared = declared_registry(registry, home, with_public=True)
    settings = {key for key in declared.resources if key[0] != REPOSITORY}
    assert settings == {key for key in deployed.resources if key[0] != REPOSITORY}
    changed = {
        key: changed_properties(deployed.resources[key].properties, declared.resources[key].properties)
        for key in settings
    }
    assert {key: each for key, each in changed.items() if each} == {}
