"""Read a declaration and synthesize its stacks: all that the `app.py` of a project has to do."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import aws_cdk as cdk

from shared_ecr.declaration import DEFAULT_FILE, load
from shared_ecr.declaration.environments import VARIABLE
from shared_ecr.findings.problems import InvalidDeclarationError
from shared_ecr.model.registry import RegistrySpec
from shared_ecr_constructs.stacks import define_stacks

Define = Callable[[cdk.App, RegistrySpec], None]


def synthesize_app(define: Define = define_stacks) -> int:
    """Synthesize the stacks of a declaration and return an exit code; what is wrong with the file is on stderr.

    The declaration is `registry.yaml` of the current folder, or the file that the context `declaration` names
    (`cdk deploy -c declaration=team.yaml`). The context `environment` chooses one of its environments.

    Args:
        define: what is defined; an app with stacks of its own calls `define_stacks` in it and adds them.
    """
    # CDK's own validation takes five times as long as the synthesis and knows less of ECR than the declaration's
    # reader; CI runs it all the same (tests/templates). Analytics would put a resource of CDK's into the template.
    outdir = os.environ.get("CDK_OUTDIR", "cdk.out")
    app = cdk.App(builtin_cloud_formation_validation=False, analytics_reporting=False, outdir=outdir)
    try:
        declaration = load(Path(app.node.try_get_context("declaration") or DEFAULT_FILE), _environ(app))
    except InvalidDeclarationError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    for warning in declaration.warnings:
        sys.stderr.write(f"{warning}\n")
    define(app, declaration.registry)
    app.synth()
    return 0


def _environ(app: cdk.App) -> Mapping[str, str]:
    """Return the environment of this process, with the environment of the declaration that the context chooses."""
    chosen = app.node.try_get_context("environment")
    return {**os.environ, VARIABLE: str(chosen)} if chosen else os.environ
