"""The same templates without CDK: what is left is what CDK costs."""

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.synthesis_ways.job import stacks
from benchmarks.synthesis_ways.specs import PLACE, spec


def resource(name: str) -> dict[str, Any]:
    """Render one repository."""
    repository = spec(name)
    return {
        "Type": "AWS::ECR::Repository",
        "Properties": {
            "EncryptionConfiguration": {"EncryptionType": "AES256"},
            "ImageScanningConfiguration": {"ScanOnPush": repository.scan_on_push},
            "ImageTagMutability": repository.tag_mutability.wire,
            "LifecyclePolicy": {"LifecyclePolicyText": repository.lifecycle_text},
            "RepositoryName": str(repository.name),
            "RepositoryPolicyText": repository.policy(PLACE),
        },
        "UpdateReplacePolicy": "Retain",
        "DeletionPolicy": "Retain",
    }


count, outdir = sys.argv[1:]
for number, names in enumerate(stacks(int(count))):
    resources = {"".join(filter(str.isalnum, name)): resource(name) for name in names}
    (Path(outdir) / f"Stack{number}.template.json").write_text(json.dumps({"Resources": resources}, indent=1))
