"""Assemblies as CDK writes them, for the tests of their reader."""

import json
from pathlib import Path
from typing import Any

from shared_ecr.review.deployments import Deployment
from shared_ecr.review.documents import load_deployment
from unit.review.documents.reading import PLACE


def stack(template: str = "s.template.json", **fields: Any) -> dict[str, Any]:
    """Return the artifact of a stack; `properties` and other fields as given."""
    properties = {"templateFile": template, **fields.pop("properties", {})}
    return {
        "type": "aws:cloudformation:stack",
        "environment": "aws://222222222222/eu-west-1",
        "properties": properties,
        **fields,
    }


def write(folder: Path, artifacts: dict[str, Any], **files: Any) -> Path:
    """Write an assembly into *folder*: its manifest, and *files* by name with `__` for `/` and `_` for `.`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"version": "55.0.0", "artifacts": artifacts}))
    for name, data in files.items():
        file = folder / f"{name.replace('__', '/').replace('_', '.')}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(data if isinstance(data, str) else json.dumps(data))
    return folder


def load(folder: Path) -> Deployment:
    """Read the assembly in *folder*, which messages call `cdk.out`."""
    return load_deployment(folder, PLACE, shown_as="cdk.out")
