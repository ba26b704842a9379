"""What a gate asks AWS for is what its page says that a role needs."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/reference/scan.md").read_text(encoding="utf-8")
ASKED = re.compile(r'asking_aws\(f?"(ecr:[A-Za-z]+)')
# The login and the manifests are asked for by the client of registries.
OF_EVERY_IMAGE = {"ecr:GetAuthorizationToken", "ecr:BatchGetImage"}


def asked() -> set[str]:
    sources = (ROOT / "shared_ecr/client/scanning").glob("*.py")
    return {action for path in sources for action in ASKED.findall(path.read_text(encoding="utf-8"))}


def test_the_policy_of_the_page_allows_each_action_that_a_gate_asks_for_and_no_other_of_ecr() -> None:
    policy = json.loads(re.findall(r"```json\n(\{\"Version\".*?)```", PAGE, flags=re.DOTALL)[0])
    allowed = {action for statement in policy["Statement"] for action in statement["Action"]}
    assert {action for action in allowed if action.startswith("ecr:")} == asked() | OF_EVERY_IMAGE


def test_the_table_of_the_page_has_a_reason_for_each_action_of_the_policy() -> None:
    policy = json.loads(re.findall(r"```json\n(\{\"Version\".*?)```", PAGE, flags=re.DOTALL)[0])
    table = PAGE.split("## Permissions")[1].split("```")[0]
    allowed = {action for statement in policy["Statement"] for action in statement["Action"]}
    assert [action for action in sorted(allowed) if f"`{action}`" not in table] == []
