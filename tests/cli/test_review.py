import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import Outcome, shared_ecr

PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
PUBLIC = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": PULL}]}
# Within the year for which an acknowledgement counts.
UNTIL = (datetime.now(UTC) + timedelta(days=90)).date()
PLACE = ("--account", "111111111111", "--region", "eu-central-1")
DECLARATION = f"""\
version: 1
organization: o-a1b2c3d4e5
accounts: {{ shared: "111111111111" }}
registry: {{ account: shared, regions: [eu-central-1] }}
repositories: {{ team/app: {{}} }}
acknowledged:
  - {{ finding: access-public, repository: team/app, reason: a public base image, until: "{UNTIL}" }}
  - {{ finding: access-widened, repository: team/app, reason: a public base image, until: "{UNTIL}" }}
  - {{ finding: access-widened-outside, repository: team/app, reason: a public base image, until: "{UNTIL}" }}
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where no declaration is."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def template(name: str = "app.json", **properties: Any) -> Path:
    repository = {
        "Type": "AWS::ECR::Repository",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {"RepositoryName": "team/app", **properties},
    }
    path = Path(name)
    path.write_text(json.dumps({"Resources": {"App": repository}}))
    return path


def review(*arguments: str | Path) -> Outcome:
    return shared_ecr("review", *arguments, *PLACE)


def test_a_template_without_a_fault_exits_0() -> None:
    ran = review(template())
    assert (ran.code, ran.stdout.splitlines()[-1][:14]) == (0, "nothing blocks")


def test_a_template_with_a_fault_exits_1_and_ends_with_why() -> None:
    ran = review(template(RepositoryPolicyText=PUBLIC))
    assert ran.code == 1
    assert "[access-public]" in ran.stdout
    assert ran.stdout.splitlines()[-1].startswith("blocked by 1 finding")


def test_a_change_that_lets_someone_in_exits_1() -> None:
    ran = review(template(RepositoryPolicyText=PUBLIC), "--against", template("old.json"))
    assert ran.code == 1
    assert "[access-widened-outside]" in ran.stdout


def test_an_unchanged_fault_exits_0() -> None:
    after = template(RepositoryPolicyText=PUBLIC)
    assert review(after, "--against", after).code == 0


def test_what_the_previous_declaration_acknowledges_does_not_block() -> None:
    Path("registry.yaml").write_text(DECLARATION)
    Path("before.yaml").write_text(DECLARATION)
    ran = review(
        template(RepositoryPolicyText=PUBLIC), "--against", template("old.json"), "--against-file", "before.yaml"
    )
    assert ran.code == 0, ran.stdout
    assert "Accepted because: a public base image" in ran.stdout


def test_what_the_change_acknowledges_itself_blocks_and_says_so() -> None:
    Path("registry.yaml").write_text(DECLARATION)
    Path("before.yaml").write_text(DECLARATION.partition("acknowledged")[0])
    ran = review(
        template(RepositoryPolicyText=PUBLIC), "--against", template("old.json"), "--against-file", "before.yaml"
    )
    assert ran.code == 1
    assert "blocks, acknowledged by this change: team/app" in ran.stdout


def test_an_acknowledgement_that_cannot_be_shown_to_be_older_does_not_count() -> None:
    Path("registry.yaml").write_text(DECLARATION)
    ran = review(template(RepositoryPolicyText=PUBLIC), "--against", template("old.json"))
    assert ran.code == 1
    assert "name it by --against-file FILE" in ran.stdout


def test_an_acknowledgement_of_the_change_counts_where_that_is_asked_for() -> None:
    Path("registry.yaml").write_text(DECLARATION)
    ran = review(
        template(RepositoryPolicyText=PUBLIC), "--against", template("old.json"), "--accept-new-acknowledgements"
    )
    assert (ran.code, f"acknowledged by this change until {UNTIL}" in ran.stdout) == (0, True)


def test_a_previous_declaration_without_a_previous_side_is_refused() -> None:
    Path("before.yaml").write_text(DECLARATION)
    ran = review(template(), "--against-file", "before.yaml")
    assert (ran.code, "--against" in ran.stderr) == (2, True)


def test_a_finding_names_the_line_of_the_declaration() -> None:
    Path("registry.yaml").write_text(DECLARATION.partition("acknowledged")[0])
    assert "team/app (registry.yaml:5:17)" in review(template(RepositoryPolicyText=PUBLIC)).stdout


def test_a_template_in_yaml_with_short_forms_is_read() -> None:
    Path("app.yaml").write_text(
        "Parameters: {Name: {Type: String, Default: app}}\n"
        "Resources:\n  App:\n    Type: AWS::ECR::Repository\n    DeletionPolicy: Retain\n    Properties:\n"
        "      RepositoryName: !Sub 'team/${Name}'\n"
    )
    assert "team/web" in review("app.yaml", "--parameter", "Name=web").stdout


def test_several_documents_of_one_side_are_judged_together() -> None:
    ran = review(template("one.json"), template("two.json"))
    assert "2 repositories judged" in ran.stdout


def test_each_of_several_templates_is_a_stack_that_is_found_again_by_its_file() -> None:
    Path("before").mkdir()
    Path("after").mkdir()
    sides = {
        side: [template(f"{side}/{each}.json", RepositoryName=each) for each in ("one", "two")]
        for side in ("before", "after")
    }
    against = [part for path in sides["before"] for part in ("--against", path)]
    ran = review(*reversed(sides["after"]), *against)
    assert ran.stdout.splitlines()[-1].startswith("nothing blocks")
    assert "  one in 111111111111/eu-central-1: 1 resource" in ran.stdout.splitlines()


def test_a_repository_that_moves_between_two_templates_is_moved() -> None:
    Path("before").mkdir()
    Path("after").mkdir()
    other = template("other.json", RepositoryName="other").read_text()
    for path, moved in (("before/one", True), ("before/two", False), ("after/one", False), ("after/two", True)):
        found = json.loads(other)
        if moved:
            found["Resources"]["Moved"] = json.loads(template().read_text())["Resources"]["App"]
        found["Resources"]["App"]["Properties"]["RepositoryName"] = path.partition("/")[2]
        Path(f"{path}.json").write_text(json.dumps(found))
    ran = review("after/one.json", "after/two.json", "--against", "before/one.json", "--against", "before/two.json")
    assert ran.code == 1
    assert "[repository-moved]" in ran.stdout


@pytest.mark.parametrize("form", ["text", "markdown", "json", "sarif", "html"])
def test_no_form_steers_the_terminal_or_fails_at_half_a_character(form: str) -> None:
    ran = review(template(RepositoryName="team/\x1b[2J\x9b\u202e\ud800"), "--format", form)
    assert ran.code == 1, ran.stderr
    assert not set(ran.stdout) & {"\x1b", "\x9b", "\u202e"}


def test_a_file_that_is_named_twice_is_judged_once() -> None:
    ran = review(template(), template())
    assert "1 repository judged" in ran.stdout


def test_a_plan_of_terraform_knows_what_was_before() -> None:
    def module(mutability: str) -> dict[str, Any]:
        values = {"name": "team/app", "image_tag_mutability": mutability, "force_delete": False}
        resource = {
            "address": "aws_ecr_repository.app", "mode": "managed", "type": "aws_ecr_repository", "name": "app",
            "provider_name": "registry.terraform.io/hashicorp/aws", "values": values,
        }  # fmt: skip
        return {"root_module": {"resources": [resource]}}

    plan = {
        "format_version": "1.2",
        "planned_values": module("MUTABLE"),
        "prior_state": {"format_version": "1.0", "values": module("IMMUTABLE")},
        "resource_changes": [],
    }
    Path("plan.json").write_text(json.dumps(plan))
    ran = review("plan.json")
    assert ran.code == 1
    assert "- IMMUTABLE" in ran.stdout


@pytest.mark.parametrize(
    ("form", "begins"),
    [("text", "review of"), ("markdown", "<!-- shared-ecr review -->"), ("json", "{"), ("sarif", "{"), ("html", "<!d")],
)
def test_a_review_has_the_form_that_is_asked_for(form: str, begins: str) -> None:
    assert review(template(), "--format", form).stdout.startswith(begins)


def test_a_review_is_saved_in_every_form_that_a_file_ends_in() -> None:
    names = ("r.txt", "r.md", "r.json", "r.sarif", "r.html")
    saved = [word for name in names for word in ("--save", name)]
    assert review(template(RepositoryPolicyText=PUBLIC), *saved).code == 1
    assert json.loads(Path("r.json").read_text())["blocks"] is True
    assert json.loads(Path("r.sarif").read_text())["version"] == "2.1.0"
    assert [name for name in names if "access-public" not in Path(name).read_text()] == []


def test_a_file_with_another_ending_is_refused_before_anything_is_read() -> None:
    ran = review("nowhere.json", "--save", "review.docx")
    assert (ran.code, "review.docx" in ran.stderr) == (2, True)


def test_a_document_that_is_broken_is_shown_with_its_place() -> None:
    Path("broken.json").write_text('{"Resources": {\n  "App": }')
    ran = review("broken.json")
    assert ran.code == 2
    assert "broken.json:2:10" in ran.stderr


def test_a_document_that_deploys_nothing_is_refused() -> None:
    Path("package.json").write_text('{"name": "app"}')
    assert review("package.json").code == 2


def test_what_cannot_be_judged_is_never_passed_over_in_silence() -> None:
    Path("sam.yaml").write_text("Transform: [My::Macro]\nResources: {App: {Type: 'AWS::ECR::Repository'}}\n")
    ran = review("sam.yaml")
    assert "not judged:" in ran.stdout
    assert "My::Macro" in ran.stdout


def test_images_in_use_need_an_inventory() -> None:
    Path("used.txt").write_text("team/app:1\n")
    assert review(template(), "--in-use", "used.txt").code == 2


def lifecycle(newest: int) -> dict[str, Any]:
    selection = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": newest}
    rule = {"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}
    return {"LifecyclePolicyText": json.dumps({"rules": [rule]})}


def ten_images(size: int) -> None:
    images = [
        {
            "registryId": "111111111111", "repositoryName": "team/app", "imageDigest": f"sha256:{number:064x}",
            "imageTags": [f"v{number}"], "imageSizeInBytes": size, "imagePushedAt": f"2026-01-{number:02}T00:00:00Z",
        }
        for number in range(1, 11)
    ]  # fmt: skip
    Path("images.json").write_text(json.dumps({"imageDetails": images}))


def with_images(before: Path, after: Path, *words: str) -> Outcome:
    return review(after, "--against", before, "--images", "images.json", "--now", "2026-11-21", *words)


def prices() -> tuple[str, str]:
    region = "  eu-central-1: { standard: 0.1, archive: 0.1 }\n"
    Path("prices.yaml").write_text(f"source: the bill\nas_of: 2026-11-01\ncurrency: USD\nregions:\n{region}")
    return ("--prices", "prices.yaml")


def cost_line(ran: Outcome) -> str:
    (line,) = [line.strip() for line in ran.stdout.splitlines() if "ost of storage:" in line]
    return line


def test_a_review_says_what_the_change_saves() -> None:
    ten_images(2**30)
    before, after = template("old.json", LifecyclePolicy=lifecycle(10)), template(LifecyclePolicy=lifecycle(4))
    expected = "saves 0.60 USD a month (6.4 GB less, layers counted in each image)"
    assert cost_line(with_images(before, after, *prices())) == f"cost of storage: {expected}"
    assert cost_line(with_images(before, after, *prices(), "--format", "markdown")) == f"Cost of storage: {expected}."
    assert f"Cost of storage: {expected}." in with_images(before, after, *prices(), "--format", "html").stdout
    held = json.loads(with_images(before, after, *prices(), "--format", "json").stdout)["storage_cost"]
    assert (held["monthly_change"], held["currency"], held["not_known_for"]) == (-0.6, "USD", [])
    assert held["before"]["standard_bytes"] - held["after"]["standard_bytes"] == 6 * 2**30


def test_a_review_says_what_a_looser_policy_adds_and_does_not_block_for_it() -> None:
    ten_images(2**30)
    before, after = template("old.json", LifecyclePolicy=lifecycle(4)), template(LifecyclePolicy=lifecycle(10))
    ran = with_images(before, after, *prices())
    assert "adds 0.60 USD a month (6.4 GB more" in cost_line(ran)
    assert ran.code == 0


def test_a_policy_that_is_removed_adds_what_it_would_have_deleted() -> None:
    ten_images(2**30)
    before, after = template("old.json", LifecyclePolicy=lifecycle(4)), template()
    assert "adds 0.60 USD a month" in cost_line(with_images(before, after, *prices()))


def test_a_region_without_a_price_has_an_unknown_cost_in_a_review() -> None:
    ten_images(2**30)
    before, after = template("old.json", LifecyclePolicy=lifecycle(10)), template(LifecyclePolicy=lifecycle(4))
    ran = with_images(before, after)
    assert "unknown, no price is known for eu-central-1 (6.4 GB less" in cost_line(ran)


def test_a_change_of_something_else_does_not_change_the_cost() -> None:
    ten_images(2**30)
    before, after = template("old.json"), template(ImageTagMutability="IMMUTABLE")
    assert cost_line(with_images(before, after)).startswith("cost of storage: no change (")


def test_a_policy_of_images_that_no_inventory_has_is_named_as_not_known() -> None:
    Path("images.json").write_text(json.dumps({"imageDetails": [], "repositoryName": "team/other"}))
    before, after = template("old.json", LifecyclePolicy=lifecycle(10)), template(LifecyclePolicy=lifecycle(4))
    assert cost_line(with_images(before, after)).endswith("; not known for team/app")


def test_without_an_inventory_nothing_is_said_of_the_cost() -> None:
    before, after = template("old.json", LifecyclePolicy=lifecycle(10)), template(LifecyclePolicy=lifecycle(4))
    ran = review(after, "--against", before, "--format", "json")
    assert json.loads(ran.stdout)["storage_cost"] is None


def test_prices_without_an_inventory_are_refused() -> None:
    Path("prices.yaml").write_text("")
    assert review(template(), "--prices", "prices.yaml").code == 2


def test_an_inventory_gives_the_number_of_the_images_that_go() -> None:
    ten_images(10)
    before = template("old.json", LifecyclePolicy=lifecycle(10))
    after = template(LifecyclePolicy=lifecycle(4))
    ran = review(after, "--against", before, "--images", "images.json", "--now", "2026-11-21")
    assert ran.code == 1
    assert "now lost: 6 of 10 images" in ran.stdout


@pytest.mark.parametrize("parameter", ["Name", "=web"])
def test_a_parameter_without_a_value_is_refused(parameter: str) -> None:
    assert review(template(), "--parameter", parameter).code == 2


def test_nothing_of_cdk_or_boto3_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys  # noqa: PLC0415 — to look at what is loaded

    for name in [name for name in sys.modules if name.partition(".")[0] in {"boto3", "botocore", "aws_cdk"}]:
        monkeypatch.delitem(sys.modules, name)
    review(template())
    assert {"boto3", "botocore", "aws_cdk"} & sys.modules.keys() == set()


@pytest.mark.parametrize("arguments", [("",), ("app.json", "--against", ""), ("app.json", "--file", "")], ids=str)
def test_an_empty_name_is_not_the_current_folder(arguments: tuple[str, ...]) -> None:
    template()
    ran = review(*arguments)
    assert (ran.code, "check that the variable is set" in ran.stderr) == (2, True)
