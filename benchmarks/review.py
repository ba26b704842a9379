"""How long a review takes: of two assemblies of 1,000 repositories, and of one template against cfn-lint.

Run: `python -m benchmarks.review`; exits 1 where a figure of the project is missed.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.measure import Program, in_turn

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
# The project's figures: seconds for two assemblies, and a part of what cfn-lint takes.
REPOSITORIES, CHANGED, LIMIT = 1_000, 50, 15.0
ALONE, SHARE_OF_CFN_LINT = 500, 0.5
ROUNDS = 3

HEAD = """\
version: 1
organization: o-a1b2c3d4e5
accounts: { shared: "111111111111", production: "333333333333", build: "555555555555" }
registry: { account: shared, regions: [eu-central-1], stacks: 13 }
defaults:
  grants: { pull: [organization, { account: production }] }
repositories:
"""


def declaration(repositories: int, changed: int = 0) -> str:
    """Return a declaration; in the last *changed* repositories someone else is allowed."""
    lines = [HEAD]
    for number in range(repositories):
        who = '"999999999999"' if number >= repositories - changed else "build"
        lines.append(f"  team-{number % 30}/app-{number}: {{ grants: {{ pull: [{{ account: {who} }}] }} }}\n")
    return "".join(lines)


def synthesized(folder: Path, name: str, text: str) -> Path:
    """Return the assembly of the declaration *text*."""
    file, out = folder / f"{name}.yaml", folder / name
    file.write_text(text, encoding="utf-8")
    environment = {**os.environ, "CDK_OUTDIR": str(out), "CDK_CONTEXT_JSON": f'{{"declaration": "{file}"}}'}
    subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=environment, check=True, capture_output=True)
    return out


def under_parameters(assembly: Path) -> None:
    """Let every repository of *assembly* depend on three parameters without a value."""
    names = ("Env", "Tier", "Stage")
    conditions = {f"Is{name}": {"Fn::Equals": [{"Ref": name}, "prod"]} for name in names}
    for path in assembly.glob("*.template.json"):
        written = json.loads(path.read_text(encoding="utf-8"))
        written.setdefault("Parameters", {}).update({name: {"Type": "String"} for name in names})
        written.setdefault("Conditions", {}).update(conditions)
        for resource in written["Resources"].values():
            if resource["Type"] == "AWS::ECR::Repository":
                tags = [{"Key": name, "Value": {"Fn::If": [f"Is{name}", "yes", "no"]}} for name in names]
                resource["Properties"]["Tags"] = [*resource["Properties"].get("Tags", []), *tags]
        path.write_text(json.dumps(written), encoding="utf-8")


def template(folder: Path, assembly: Path) -> Path:
    """Return one template of nothing but repositories, each like one of *assembly*."""
    resources = (
        resource
        for path in sorted(assembly.glob("*.template.json"))
        for resource in json.loads(path.read_text(encoding="utf-8"))["Resources"].values()
        if resource["Type"] == "AWS::ECR::Repository"
    )
    chosen = {f"Repository{number}": resource for number, resource in zip(range(ALONE), resources, strict=False)}
    for resource in chosen.values():
        # The key is in another template.
        resource["Properties"].pop("EncryptionConfiguration")
    file = folder / "alone.json"
    file.write_text(json.dumps({"Resources": chosen}), encoding="utf-8")
    return file


def reviewing(folder: Path, *arguments: str | Path) -> Program:
    """Return a review as a whole process that reaches its conclusion, where no declaration is."""
    words = " ".join(f"'{each}'" for each in arguments)
    script = f"cd '{folder}' && '{BIN}/shared-ecr' review {words} | tail -n 1 | grep --quiet block"
    return Program(["bash", "-c", script], {})


def main() -> int:
    """Measure both figures and print what is missed."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        before = synthesized(folder, "before", declaration(REPOSITORIES))
        after = synthesized(folder, "after", declaration(REPOSITORIES, CHANGED))
        both = in_turn({"review": reviewing(folder, after, "--against", before)}, ROUNDS)["review"]
        seconds = median(cost.wall for cost in both)
        print(f"two assemblies of {REPOSITORIES} repositories, {CHANGED} changed: {seconds:.1f} s (limit {LIMIT:.0f})")

        alone = template(folder, before)
        for each in (before, after):
            under_parameters(each)
        worlds = in_turn({"review": reviewing(folder, after, "--against", before)}, ROUNDS)["review"]
        in_worlds = median(cost.wall for cost in worlds)
        print(f"the same, each under three open parameters: {in_worlds:.1f} s (limit {LIMIT:.0f})")

        lint = Program([str(BIN / "cfn-lint"), "--non-zero-exit-code", "none", str(alone)], {})
        costs = in_turn({"review": reviewing(folder, alone), "cfn-lint": lint}, ROUNDS)
        ratios = [ours.wall / theirs.wall for ours, theirs in zip(costs["review"], costs["cfn-lint"], strict=True)]
        share = median(ratios)
        print(f"a template of {ALONE} repositories: {share:.2f} of cfn-lint (limit {SHARE_OF_CFN_LINT:.2f})")
    return int(max(seconds, in_worlds) > LIMIT or share > SHARE_OF_CFN_LINT)


if __name__ == "__main__":
    sys.exit(main())
