import json
import os
import random
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from properties.random_policies import policy, request
from shared_ecr.access.decisions import render
from shared_ecr.access.request_reader import read_question

# An engine of others under the AGPL: it runs in its own process where someone has it, and is not part of this
# package. `npm install @cloud-copilot/iam-simulate` in a folder, then IAM_SIMULATE=that folder.
FOLDER = os.environ.get("IAM_SIMULATE", "")
REQUESTS = int(os.environ.get("IAM_SIMULATE_REQUESTS", "10000"))
MULTIVALUED = {"aws:principalorgpaths", "aws:principalservicenameslist"}

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER, reason="IAM_SIMULATE does not name a folder with @cloud-copilot/iam-simulate"),
    pytest.mark.skipif(shutil.which("node") is None, reason="there is no node on this machine"),
]


def translated(asked: dict[str, Any]) -> str:
    """Return *asked* as the other engine is asked; it does not derive context keys, so they are all spelled out."""
    found = read_question(json.dumps(asked)).request
    context = {
        key: list(values) if key in MULTIVALUED else values[0]
        for key, values in found.full_context().values.items()
        if not key.startswith("ecr:")
    }
    # It finds no address in 0.0.0.0/0, so it is asked about the two halves.
    halves = json.loads(json.dumps(asked["repository_policy"]).replace('"0.0.0.0/0"', '["0.0.0.0/1", "128.0.0.0/1"]'))
    return json.dumps({
        "policy": halves, "principal": found.caller.service or asked["principal"]["arn"], "action": asked["action"],
        "resource": found.target.arn, "accountId": found.target.account, "context": context,
        "identity": asked["principal"]["identity_allows"],
    })  # fmt: skip


def test_an_independent_engine_agrees_wherever_aws_documents_an_outcome() -> None:
    seed = random.SystemRandom().randrange(2**32)
    rng = random.Random(seed)
    asked = [{**request(rng), "repository_policy": policy(rng)} for _ in range(REQUESTS)]
    ours = [render(read_question(json.dumps(each)))["decision"] for each in asked]
    ran = subprocess.run(
        ["node", Path(__file__).with_name("iam_simulate.mjs"), Path(FOLDER).resolve()],
        input="\n".join(map(translated, asked)), capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    theirs = ["allow" if json.loads(line) == "Allowed" else "deny" for line in ran.stdout.splitlines()]
    pairs = Counter(zip(ours, theirs, strict=True))
    differing = [
        (one, mine, other) for one, mine, other in zip(asked, ours, theirs, strict=True)
        if mine not in {other, "undocumented"}
    ]  # fmt: skip
    assert not differing, f"seed {seed}, {pairs}, first: {json.dumps(differing[0])}"
    # Both outcomes must be frequent, and what no one documents rare, or the comparison says little.
    assert min(pairs["allow", "allow"], pairs["deny", "deny"]) > REQUESTS / 10
    assert sum(count for (mine, _), count in pairs.items() if mine == "undocumented") < REQUESTS / 100
