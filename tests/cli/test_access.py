import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import Outcome, shared_ecr

DECLARATION = """\
version: 1
organization: o-a1b2c3d4e5
accounts: { shared: "111111111111", staging: "222222222222" }
registry: { account: shared, regions: [us-east-1] }
repositories:
  team/app:
    grants:
      pull: [{ account: staging }]
"""
WIDER = DECLARATION.replace("[{ account: staging }]", '[{ account: staging }, { account: "333333333333" }]')
OURS = DECLARATION.replace(
    "pull: [{ account: staging }]", "pull: [{ account: staging }]\n      push: [{ account: staging }]"
)
REASON = "agreed with the partner"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "registry.yaml").write_text(DECLARATION, encoding="utf-8")
    return tmp_path


def template(folder: Path, name: str, *statements: dict[str, Any]) -> Path:
    text = {"Version": "2012-10-17", "Statement": list(statements)}
    properties = {"RepositoryName": "team/app", "RepositoryPolicyText": text}
    file = folder / name
    file.write_text(json.dumps({"Resources": {"App": {"Type": "AWS::ECR::Repository", "Properties": properties}}}))
    return file


def pull(principal: object, **elements: object) -> dict[str, Any]:
    actions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    return {"Effect": "Allow", "Principal": principal, "Action": actions, **elements}


def test_the_matrix_of_the_declaration_is_printed(here: Path) -> None:
    found = shared_ecr("access")
    assert (found.code, found.stderr) == (0, "")
    assert "staging (222222222222)" in found.stdout
    assert "pull yes" in found.stdout
    assert "can only reduce access" in found.stdout


@pytest.mark.parametrize("how", ["json", "markdown", "html"])
def test_every_format_names_the_consumers(here: Path, how: str) -> None:
    found = shared_ecr("access", "--format", how)
    assert found.code == 0
    assert "an account of no organization" in found.stdout


def test_the_json_of_the_matrix_shows_each_cell(here: Path) -> None:
    shown = json.loads(shared_ecr("access", "--format", "json").stdout)
    cell = shown["repositories"][0]["access"]["staging (222222222222)"]["pull"]
    statement = "statement 'Pull' of the repository policy"
    assert cell == {"access": "yes", "conditions": [], "statement": statement, "actions": []}


def test_a_template_is_read_instead(here: Path) -> None:
    found = shared_ecr("access", "--template", template(here, "t.json", pull("*")))
    assert "! an account of no organization" in found.stdout


def against(here: Path, old: str, new: str, *arguments: str) -> Outcome:
    (here / "old.yaml").write_text(old, encoding="utf-8")
    (here / "registry.yaml").write_text(new, encoding="utf-8")
    return shared_ecr("access", "--against", "old.yaml", *arguments)


def test_an_unchanged_declaration_passes(here: Path) -> None:
    found = against(here, DECLARATION, DECLARATION)
    assert (found.code, found.stdout) == (0, "no access changes\n")


def test_now_allowed_outsiders_block_with_a_witness(here: Path) -> None:
    found = against(here, DECLARATION, WIDER)
    first, witness = found.stdout.splitlines()[:2]
    assert found.code == 1
    assert first.startswith("outside, now allowed: team/app: any role of 333333333333")
    assert first.endswith("[access-widened-outside]")
    assert json.loads(witness.removeprefix("  witness: "))["principal"]["arn"].startswith("arn:aws:iam::333333333333:")


def test_now_allowed_members_block_too(here: Path) -> None:
    found = against(here, DECLARATION, OURS)
    assert found.code == 1
    assert "[access-widened]" in found.stdout


def test_less_access_does_not_block(here: Path) -> None:
    found = against(here, WIDER, DECLARATION)
    assert found.code == 0
    assert "now denied" in found.stdout


def with_settings(*lines: str, repositories: str = "") -> str:
    """Return the declaration with more keys of its registry."""
    text = DECLARATION.replace("registry: {", f"registry: {{ {', '.join(lines)}, ") if lines else DECLARATION
    return f"{text.partition('repositories:')[0]}repositories: {repositories}\n" if repositories else text


NEW_GRANT = 'grants_by_prefix: {other/: {pull: [{account: "777777777777"}]}}'
CACHE = "creation_templates: {cached: {applied_for: [create_on_push], grants: {pull: [{account: staging}]}}}"
REPLICATED = "replication: [{destinations: [{region: us-west-2}]}]"


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        (CACHE, CACHE.replace("staging", '"777777777777"'), "cached/any-new-repository"),
        ("", CACHE.replace("staging", '"777777777777"'), "cached/any-new-repository"),
        ("", NEW_GRANT, "other/new"),
        (NEW_GRANT, NEW_GRANT.replace("7777", "8888"), "other/new"),
    ],
    ids=["another template", "a new template", "a prefix without repositories", "another grant to a prefix"],
)
@pytest.mark.parametrize("repositories", ["", "{}"], ids=["beside a repository", "alone"])
def test_access_to_repositories_to_come_blocks(
    here: Path, before: str, after: str, name: str, repositories: str
) -> None:
    old, new = (with_settings(*filter(None, [each]), repositories=repositories) for each in (before, after))
    found = against(here, old, new)
    assert found.code == 1
    assert f"outside, now allowed: {name}" in found.stdout
    assert against(here, new, new).stdout == "no access changes\n"


def test_access_to_replicas_blocks_at_their_own_registry(here: Path) -> None:
    old = with_settings(REPLICATED)
    found = against(here, old, WIDER.replace("registry: {", f"registry: {{ {REPLICATED}, "))
    witnesses = [json.loads(line.partition(": ")[2]) for line in found.stdout.splitlines() if "witness" in line]
    assert {each["repository"]["region"] for each in witnesses} == {"us-east-1", "us-west-2"}


def test_a_destination_without_replicas_has_a_row_for_what_its_registry_policy_allows(here: Path) -> None:
    destination = 'replication: [{destinations: [{account: "333333333333", region: eu-west-1}], prefixes: [none/]}]'
    (here / "registry.yaml").write_text(with_settings(destination), encoding="utf-8")
    rows = json.loads(shared_ecr("access", "--format", "json").stdout)["repositories"]
    assert [each["name"] for each in rows if each["region"] == "eu-west-1"] == ["any/new-repository", "none/new"]


@pytest.mark.parametrize(("repository", "code"), [("all", 0), ("team/app", 1)])
def test_access_by_the_registry_policy_is_acknowledged_for_all_repositories(
    here: Path, repository: str, code: int
) -> None:
    until = (datetime.now(UTC) + timedelta(days=90)).date()
    entry = f"finding: access-widened-outside, repository: {repository}, reason: {REASON}, until: {until}"
    accepted = f"acknowledged: [{{ {entry} }}]\n"
    assert against(here, DECLARATION + accepted, with_settings(NEW_GRANT) + accepted).code == code


def acknowledging(declaration: str) -> str:
    until = (datetime.now(UTC) + timedelta(days=90)).date()
    entry = f'  - {{ finding: access-widened-outside, repository: team/app, reason: "{REASON}", until: {until} }}\n'
    return f"{declaration}acknowledged:\n{entry}"


def test_what_the_previous_declaration_acknowledges_does_not_block(here: Path) -> None:
    found = against(here, acknowledging(DECLARATION), WIDER)
    assert (found.code, f"acknowledged: {REASON}" in found.stdout) == (0, True)


def test_what_the_change_acknowledges_itself_blocks(here: Path) -> None:
    found = against(here, DECLARATION, acknowledging(WIDER))
    assert (found.code, "It is acknowledged by this change itself" in found.stdout) == (1, True)


def test_what_the_change_acknowledges_itself_counts_where_that_is_asked_for(here: Path) -> None:
    found = against(here, DECLARATION, acknowledging(WIDER), "--accept-new-acknowledgements")
    assert (found.code, f"acknowledged by this change: {REASON}" in found.stdout) == (0, True)


def test_json_of_the_changes_counts_what_blocks(here: Path) -> None:
    shown = json.loads(against(here, DECLARATION, WIDER, "--format", "json").stdout)
    assert shown["blocking"] == 1
    assert shown["changes"][0]["actions"][0].startswith("ecr:")


def test_a_new_repository_blocks_for_outsiders_only(here: Path) -> None:
    grown = DECLARATION + "  team/new: { grants: { pull: [{ account: staging }] } }\n"
    assert against(here, DECLARATION, grown).code == 0
    open_to_others = grown.replace("team/new: { grants: { pull: [{ account: staging }]",
                                   'team/new: { grants: { pull: [{ account: "333333333333" }]')  # fmt: skip
    assert against(here, DECLARATION, open_to_others).code == 1


def test_templates_are_compared_with_templates(here: Path) -> None:
    old = template(here, "old.json", pull({"AWS": "222222222222"}))
    new = template(
        here, "new.json", {**pull("*"), "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}
    )
    assert shared_ecr("access", "--template", new, "--against", old).code == 1
    assert shared_ecr("access", "--template", old, "--against", old).code == 0


def test_why_explains_and_says_what_to_write(here: Path) -> None:
    found = shared_ecr("access", "why", "arn:aws:iam::222222222222:role/ci", "team/app", "push")
    assert found.code == 0
    assert found.stdout.startswith("push team/app as arn:aws:iam::222222222222:role/ci: none")
    assert "push: [{ role: { account: staging, name: ci } }]" in found.stdout


def test_why_in_json_has_the_cell_of_the_matrix_the_steps_and_the_change(here: Path) -> None:
    arn = "arn:aws:iam::222222222222:role/ci"
    found = json.loads(shared_ecr("access", "why", arn, "team/app", "push", "--format", "json").stdout)
    assert (found["principal"], found["level"]) == (arn, "push")
    (explanation,) = found["explanations"]
    assert (explanation["repository"], explanation["access"]) == ("team/app", "none")
    assert explanation["steps"][0].startswith("the caller is ")
    assert explanation["change"].startswith("add the grant: ")


@pytest.mark.parametrize(("words", "said"), [
    (("why", "no one", "team/app", "pull"), "neither an ARN"), (("why", "222222222222", "team/ap", "pull"), "team/app"),
    (("--file", "none.yaml"), "no such file"), (("--template", "none.json"), "none.json"),
    (("--against", "registry.yaml", "--format", "html"), "text, markdown or json"),
    (("lint", "none.json"), "none.json"),
])  # fmt: skip
def test_what_cannot_be_meant_is_shown_without_a_traceback(here: Path, words: tuple[str, ...], said: str) -> None:
    found = shared_ecr("access", *words)
    assert found.code in {2, 3}
    assert said in found.stderr
    assert "Traceback" not in found.stderr


def test_lint_blocks_on_errors_only(here: Path) -> None:
    (here / "role.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": [
        pull({"AWS": "arn:aws:iam::222222222222:role/ci"})]}))  # fmt: skip
    (here / "open.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": [pull("*")]}))
    (here / "broken.json").write_text("{")
    assert shared_ecr("access", "lint", "role.json").code == 0
    assert shared_ecr("access", "lint", "role.json", "open.json").code == 1
    assert shared_ecr("access", "lint", "role.json", "broken.json").code == 2


def test_lint_reads_policies_templates_and_declarations(here: Path) -> None:
    template(here, "t.json", pull({"Service": "lambda.amazonaws.com"}))
    found = shared_ecr("access", "lint", "registry.yaml", "t.json", "--format", "json")
    (finding,) = json.loads(found.stdout)["findings"]
    assert (finding["policy"], finding["code"]) == ("t.json: App", "confused-deputy")


def test_lint_knows_a_template_in_yaml_by_what_it_says(here: Path) -> None:
    (here / "t.yaml").write_text(
        "Resources:\n  App:\n    Type: AWS::ECR::Repository\n    Properties:\n      RepositoryPolicyText:\n"
        "        Version: '2012-10-17'\n        Statement: [{Effect: Allow, Principal: '*', Action: 'ecr:*'}]\n"
    )
    found = shared_ecr("access", "lint", "t.yaml", "--format", "json")
    assert "access-public" in {each["code"] for each in json.loads(found.stdout)["findings"]}


def test_lint_shows_what_it_could_not_read(here: Path) -> None:
    template(here, "t.json", pull({"AWS": {"Fn::ImportValue": "role"}}))
    assert "Fn::ImportValue role is known only once deployed" in shared_ecr("access", "lint", "t.json").stderr


def test_decide_answers_line_by_line_and_exits_2_after_a_broken_one(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {
        "repository": {"account": "111111111111", "region": "us-east-1", "name": "team/app"},
        "principal": {"arn": "arn:aws:iam::111111111111:role/ci", "identity_allows": True},
        "action": "ecr:PutImage", "repository_policy": None,
    }  # fmt: skip
    stdin = mock_stdin(f"{json.dumps(asked)}\n{{\n{json.dumps(asked)}\n".encode() + b"\xff\n")
    monkeypatch.setattr(sys, "stdin", stdin)
    found = shared_ecr("access", "decide")
    shown = [json.loads(line) for line in found.stdout.splitlines()]
    assert found.code == 2
    assert [each.get("decision", "error") for each in shown] == ["allow", "error", "allow", "error"]


def mock_stdin(data: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data))


def test_the_parser_costs_no_evaluator() -> None:
    code = "import sys, shared_ecr.cli.main as m; m.build_parser(); print([n for n in sys.modules if 'access.' in n])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_registry_policy_of_the_declaration_takes_part_in_every_region(here: Path) -> None:
    grants = "regions: [us-east-1, eu-west-1], grants: { pull: [{ account: staging }] }"
    whole = DECLARATION.replace("regions: [us-east-1]", grants).replace(
        "    grants:\n      pull: [{ account: staging }]", "    {}"
    )
    (here / "registry.yaml").write_text(whole, encoding="utf-8")
    shown = json.loads(shared_ecr("access", "--format", "json").stdout)
    cells = {each["region"]: each["access"]["staging (222222222222)"]["pull"] for each in shown["repositories"]}
    assert {region: cell["access"] for region, cell in cells.items()} == {"us-east-1": "yes", "eu-west-1": "yes"}
    assert "of the registry policy" in cells["eu-west-1"]["statement"]
    assert shared_ecr("access", "lint", "registry.yaml").code == 0


ASSETS = "cdk-hnb659fds-container-assets-111111111111-us-east-1"
BOOTSTRAP = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    "Condition": {"StringLike": {"aws:sourceArn": "arn:aws:lambda:us-east-1:111111111111:function:*"}},
}


def compared(here: Path, before: dict[str, Any], after: dict[str, Any]) -> Outcome:
    for name, resources in (("before.json", before), ("after.json", after)):
        (here / name).write_text(json.dumps({"Resources": resources}), encoding="utf-8")
    return shared_ecr("access", "--template", "after.json", "--against", "before.json")


def repository(name: str, *statements: dict[str, Any], **properties: Any) -> dict[str, Any]:
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    held = {"RepositoryName": name, **properties, **({"RepositoryPolicyText": policy} if statements else {})}
    return {"Type": "AWS::ECR::Repository", "Properties": held}


def test_what_cdk_bootstrap_grants_on_its_own_repository_is_not_reported(here: Path) -> None:
    found = compared(here, {}, {"A": repository(ASSETS, BOOTSTRAP), "B": repository("team/app")})
    assert (found.code, "CDK's own repository for assets" in found.stderr) == (0, True), found.stdout


def test_what_others_get_on_the_repository_of_cdk_bootstrap_is_reported(here: Path) -> None:
    found = compared(here, {}, {"A": repository(ASSETS, BOOTSTRAP, {**BOOTSTRAP, "Principal": "*", "Condition": {}})})
    assert found.code == 1


def test_a_tag_of_the_document_that_a_policy_asks_for_gives_access(here: Path) -> None:
    asks = {
        "Effect": "Allow",
        "Principal": {"AWS": "333333333333"},
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        "Condition": {"StringEquals": {"aws:ResourceTag/shared": "yes"}},
    }
    before, after = (
        {"A": repository("team/app", asks, Tags=[{"Key": "shared", "Value": value}])} for value in ("no", "yes")
    )
    found = compared(here, before, after)
    assert (found.code, "333333333333" in found.stdout) == (1, True), found.stdout


def test_a_tag_that_only_a_deployment_knows_is_open(here: Path) -> None:
    asks = {
        "Effect": "Allow",
        "Principal": {"AWS": "333333333333"},
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        "Condition": {"StringEquals": {"aws:ResourceTag/shared": "yes"}},
    }
    tags = [{"Key": "shared", "Value": {"Fn::ImportValue": "x"}}]
    (here / "t.json").write_text(json.dumps({"Resources": {"A": repository("team/app", asks, Tags=tags)}}))
    found = shared_ecr("access", "--template", "t.json")
    assert "pull only aws:ResourceTag/shared = yes" in found.stdout


def opened(folder: Path, name: str, text: object) -> Path:
    properties = {"RepositoryName": "team/app", "RepositoryPolicyText": text}
    file = folder / name
    file.write_text(json.dumps({"Resources": {"App": {"Type": "AWS::ECR::Repository", "Properties": properties}}}))
    return file


def test_a_policy_that_becomes_unknown_may_allow_anything(here: Path) -> None:
    known = template(here, "known.json", pull({"AWS": "arn:aws:iam::222222222222:root"}))
    hidden = opened(here, "hidden.json", "{{resolve:ssm:/policy}}")
    other = opened(here, "other.json", "{{resolve:ssm:/another-policy}}")
    assert shared_ecr("access", "--template", hidden, "--against", known).code == 1
    assert shared_ecr("access", "--template", other, "--against", hidden).code == 1
    assert shared_ecr("access", "--template", hidden, "--against", hidden).code == 0


def test_a_policy_that_becomes_known_may_allow_what_it_did_not(here: Path) -> None:
    known = template(here, "known.json", pull({"AWS": "arn:aws:iam::333333333333:root"}))
    hidden = opened(here, "hidden.json", "{{resolve:ssm:/policy}}")
    assert shared_ecr("access", "--template", known, "--against", hidden).code == 1


def sharing(*statements: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"App": repository("team/app", *statements, **properties)}


NESTED = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://example.com/a.json"}}
OTHER_NESTED = {**NESTED, "Properties": {"TemplateURL": "https://example.com/b.json"}}


def looking_up(environment: str) -> dict[str, Any]:
    """Return a repository that allows what a custom resource looks up."""
    lookup = {"Type": "Custom::Lookup", "Properties": {"ServiceToken": "f", "Environment": environment}}
    return {**sharing(pull({"AWS": {"Fn::GetAtt": ["Lookup", "Arn"]}})), "Lookup": lookup}


APP = {"AWS": "arn:aws:iam::222222222222:root"}
UNREAD = {
    "a custom resource that gives the principal": (looking_up("dev"), looking_up("prod")),
    "a nested stack": tuple({**sharing(pull(APP)), "Nested": each} for each in (NESTED, OTHER_NESTED)),
    "a nested stack that is added": (
        sharing(pull(APP)), {**sharing(pull(APP)), "Nested": NESTED},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREAD)
def test_what_no_document_shows_of_a_change_blocks(here: Path, name: str) -> None:
    before, after = UNREAD[name]
    found = compared(here, before, after)
    assert found.code == 1
    assert found.stdout.startswith("not judged: ")
    assert "[hidden-by-change]\n" in found.stdout
    assert "\nno access changes" not in found.stdout
    assert compared(here, after, after).stdout == "no access changes\n"


def test_json_lists_what_is_not_judged(here: Path) -> None:
    compared(here, *UNREAD["a nested stack"])
    found = shared_ecr("access", "--template", "after.json", "--against", "before.json", "--format", "json")
    shown = json.loads(found.stdout)
    assert (shown["blocking"], shown["changes"]) == (1, [])
    assert [(each["code"], each["subject"]) for each in shown["not_judged"]] == [("hidden-by-change", "Nested")]


def test_a_lifecycle_policy_that_becomes_unknown_changes_no_access(here: Path) -> None:
    hidden = sharing(pull(APP), LifecyclePolicy={"LifecyclePolicyText": {"Fn::ImportValue": "policy"}})
    assert compared(here, sharing(pull(APP)), hidden).stdout == "no access changes\n"


def test_more_conditions_than_can_be_tried_block_without_a_witness(here: Path) -> None:
    keys = [f"aws:PrincipalTag/{letter}" for letter in "abcdefghijkl"]
    before, after = (
        sharing(pull("*", Condition={operator: dict.fromkeys(keys, "mine")}))
        for operator in ("StringEquals", "StringLike")
    )
    found = compared(here, before, after)
    assert (found.code, "witness" in found.stdout) == (1, False)
    assert found.stdout.startswith("not judged: team/app: its policies change")
