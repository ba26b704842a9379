import json
import os
from pathlib import Path

import pytest

from shared_ecr.review.documents import InvalidDocumentError, load_deployment, load_prior
from unit.review.documents.plans import plan, resource
from unit.review.documents.reading import PLACE, doubts, ids, repository, resources

TEMPLATE = json.dumps(resources(App=repository()))


def names(folder: Path) -> list[str]:
    return [stack.name for stack in load_deployment(folder, PLACE).stacks]


def test_the_templates_and_plans_of_a_folder_are_stacks_called_like_their_files(tmp_path: Path) -> None:
    (tmp_path / "b.template.json").write_text(TEMPLATE)
    (tmp_path / "a.yaml").write_text("Resources: {}\n")
    (tmp_path / "c.template").write_text("Resources: {}\n")
    (tmp_path / "plan.json").write_text(json.dumps(plan(resource("aws_ecr_repository.app"))))
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "notes.txt").write_text("Resources: {}")
    assert names(tmp_path) == ["a", "b", "c", "plan"]


def test_files_that_share_a_stem_are_called_by_their_whole_names(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(TEMPLATE)
    (tmp_path / "a.yaml").write_text("Resources: {}\n")
    assert names(tmp_path) == ["a.json", "a.yaml"]


def test_the_stack_of_one_file_has_the_same_name_whatever_the_file_is_called(tmp_path: Path) -> None:
    for name in ("before.json", "after.json"):
        (tmp_path / name).write_text(TEMPLATE)
    assert [load_deployment(tmp_path / name, PLACE).stacks[0].name for name in ("before.json", "after.json")] == [
        "template", "template",
    ]  # fmt: skip


def test_the_stack_of_one_file_of_several_has_the_name_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(TEMPLATE)
    assert load_deployment(tmp_path / "a.json", PLACE, stack="a").stacks[0].name == "a"


def test_a_broken_file_of_a_folder_is_shown(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(TEMPLATE)
    (tmp_path / "b.json").write_text("{")
    found = load_deployment(tmp_path, PLACE, shown_as="infra")
    assert ids(found) == ["App"]
    assert doubts(found)[0].startswith("infra/b.json:1:2: this is not JSON")
    assert doubts(found)[0].endswith("the file is not judged")


def test_what_a_link_leads_to_outside_of_the_folder_is_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.json").write_text(TEMPLATE)
    (tmp_path / "out.json").write_text(TEMPLATE)
    (folder / "b.json").symlink_to(tmp_path / "out.json")
    assert names(folder) == ["a"]
    assert [each for each in doubts(load_deployment(folder, PLACE)) if "not a file of this folder" in each]


def test_a_folder_without_anything_that_deploys_is_refused(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("{}")
    with pytest.raises(InvalidDocumentError, match="no file in this folder is a template or a plan"):
        load_deployment(tmp_path, PLACE)


@pytest.mark.parametrize(("text", "said"), [
    ("", "The file is empty"),
    ("version: 1\nregistry: {}\nrepositories: {}\n", "It is a declaration. 'shared-ecr check' checks it"),
    ('{"version": 4, "terraform_version": "1.9", "lineage": "x"}', "It is Terraform's own state"),
    ('{"resource_changes": []}', "It is a part of a Terraform plan"),
    ('{"root_module": {}}', "It is a part of a Terraform plan"),
    ('[{"address": "a", "change": {}}]', "It is a part of a Terraform plan"),
    ('{"version": "55", "artifacts": {}}', "It is the manifest of an assembly"),
    ("apiVersion: v1\n", "It has neither Resources nor a format_version"),
    ("- a\n", "It is not a mapping"),
])  # fmt: skip
def test_what_deploys_nothing_is_refused_and_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "f.yaml").write_text(text)
    with pytest.raises(InvalidDocumentError) as refused:
        load_deployment(tmp_path / "f.yaml", PLACE, shown_as="f.yaml")
    assert f"f.yaml: this is not a template, an assembly or a plan. {said}" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"@level": "info"}\n{"@level": "info"}', "2:1: this is the log of 'terraform plan -json'"),
        ("PK\x03\x04", " this is an archive, as 'terraform plan -out' writes it"),
    ],
)
def test_other_outputs_of_terraform_are_refused_with_the_command_that_is_right(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "f.json").write_text(text)
    with pytest.raises(InvalidDocumentError) as refused:
        load_deployment(tmp_path / "f.json", PLACE, shown_as="f.json")
    assert f"f.json:{said}" in str(refused.value)
    assert "Give what 'terraform show -json PLAN' prints" in str(refused.value)


def test_a_template_may_come_through_a_pipe(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, TEMPLATE.encode())
    os.close(writing)
    assert ids(load_deployment(Path(f"/dev/fd/{reading}"), PLACE)) == ["App"]
    os.close(reading)


def test_messages_call_a_file_what_they_are_shown_to(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(TEMPLATE)
    found = load_deployment(tmp_path / "a.json", PLACE, shown_as="origin/main:a.json")
    assert (found.source, found.stacks[0].file) == ("origin/main:a.json", "origin/main:a.json")


def test_a_folder_has_no_prior(tmp_path: Path) -> None:
    assert load_prior(tmp_path, PLACE) is None
