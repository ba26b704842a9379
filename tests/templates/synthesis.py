"""Synthesise a registry in this process, as `app.py` does it in its own."""

from pathlib import Path

import aws_cdk as cdk

from shared_ecr.model.names.partitions import PARTITIONS
from shared_ecr.model.registry import RegistrySpec
from shared_ecr_constructs.stacks import define_stacks

SUFFIX = ".template.json"


def quick_app(outdir: Path) -> cdk.App:
    """Return an app without CDK's own validation, whose engine takes longer than all these tests together.

    The flag and not `CDK_VALIDATION`, since that is read once, by whichever test of a run imports CDK first.
    `test_builtin_validation.py` runs the engine.
    """
    return cdk.App(analytics_reporting=False, builtin_cloud_formation_validation=False, outdir=str(outdir))


def synthesize(registry: RegistrySpec, outdir: Path) -> dict[str, str]:
    """Return the text of each template of *registry*, by stack id."""
    app = quick_app(outdir)
    define_stacks(app, registry)
    app.synth()
    return templates_in(outdir)


def region_of(stack: str) -> str:
    """Return the Region that ends a stack's id."""
    regions = (region for partition in PARTITIONS for region in partition.regions)
    return next(region for region in regions if stack.endswith(f"-{region}"))


def templates_in(assembly: Path) -> dict[str, str]:
    """Return the text of each template of a cloud assembly, by stack id."""
    return {path.name.removesuffix(SUFFIX): path.read_text() for path in sorted(assembly.glob(f"*{SUFFIX}"))}
