"""Read the declaration, define one stack for each Region, synthesise. No decisions here.

`cdk deploy -c declaration=team.yaml` reads another file.
"""

import os
import sys
from pathlib import Path

import aws_cdk as cdk

from shared_ecr.declaration import DEFAULT_FILE, load
from shared_ecr.problems import InvalidDeclarationError
from stacks import define_stacks


def main() -> int:
    """Synthesise, or tell what is wrong with the declaration."""
    # CDK's own validation takes five times as long as the synthesis and knows less of ECR than the declaration's
    # reader; CI runs it all the same (tests/templates). Analytics would put a resource of CDK's into the template.
    outdir = os.environ.get("CDK_OUTDIR", "cdk.out")
    app = cdk.App(builtin_cloud_formation_validation=False, analytics_reporting=False, outdir=outdir)
    try:
        declaration = load(Path(app.node.try_get_context("declaration") or DEFAULT_FILE), os.environ)
    except InvalidDeclarationError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    for warning in declaration.warnings:
        sys.stderr.write(f"{warning}\n")
    define_stacks(app, declaration.registry)
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
