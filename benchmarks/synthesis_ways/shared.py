"""Ours: `SharedRepositories`, under the flags of `app.py`; with `validated`, CDK's own validation is on."""

import sys

import aws_cdk as cdk

from benchmarks.synthesis_ways.job import stacks
from benchmarks.synthesis_ways.specs import PLACE, spec
from shared_ecr_constructs import SharedRepositories

count, outdir, *flags = sys.argv[1:]
validated = "validated" in flags

app = cdk.App(analytics_reporting=False, builtin_cloud_formation_validation=validated, outdir=outdir)
for number, names in enumerate(stacks(int(count))):
    stack = cdk.Stack(app, f"Stack{number}")
    SharedRepositories(stack, "Repositories", specs=[spec(name) for name in names], place=PLACE)
app.synth()
