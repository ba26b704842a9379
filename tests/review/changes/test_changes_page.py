"""The page of the table of properties says what the table says. To write it: UPDATE_EXPECTED=1 pytest tests/review."""

import os
from collections.abc import Iterator
from pathlib import Path

from shared_ecr.review.changes.verdicts.custom import ATTRIBUTE_ROWS
from shared_ecr.review.changes.verdicts.rows import ChangeEffect, Rows, Verdict
from shared_ecr.review.changes.verdicts.table import property_table
from shared_ecr.review.documents.terraform.translation import JOINED, TRANSLATIONS

PAGE = Path(__file__).parents[3] / "docs/reference/changes.md"
HEAD = """# What a change of each property means

`shared-ecr review --against` judges a change by this table: every property of the types of ECR, and those of keys,
custom resources and functions as far as they touch repositories. It is written from the code; a test compares it
with the published resource schemas and with the API's service model, so that no property is forgotten.

| verdict | means |
| --- | --- |
| dangerous | images are lost, or can no longer be pulled |
| loses | a protection, a copy, a scan or a signature is lost |
| widens | principals gain access, or tags can be moved |
| refused | AWS refuses the update |
| harmless | none of these, with the reason |

A verdict is the worst that the change can do. The findings beside it ([review.md](review.md)) appear where the values
are such that it occurs: tag mutability that changes from MUTABLE to IMMUTABLE is a change too, and has none.
A property that is not in the table is `property-not-judged`; a type that is not, `resource-not-judged`. Both block.
"""


def shown(verdict: Verdict) -> str:
    codes = ", ".join(f"`{each}`" for each in verdict.codes)
    return f"harmless: {verdict.why}" if verdict.effect is ChangeEffect.HARMLESS else f"{verdict.effect}: {codes}"


def section(title: str, rows: Rows) -> Iterator[str]:
    yield f"\n## {title}\n"
    yield "| property | added | changed | removed |"
    yield "| --- | --- | --- | --- |"
    for path, row in sorted(rows.items()):
        yield f"| `{path}` | {shown(row.added)} | {shown(row.changed)} | {shown(row.removed)} |"


def terraform() -> Iterator[str]:
    yield "\n## Attributes of Terraform\n"
    yield "Each has the verdicts of the property that it becomes; the plan says whether a change replaces the resource."
    yield "Others (`id`, `arn`, `timeouts`, …) are returned by the service, or say how long Terraform waits.\n"
    yield "| attribute | is judged as |"
    yield "| --- | --- |"
    for type_, translation in sorted(TRANSLATIONS.items()):
        if translation.type.startswith("AWS::ECR::"):
            for attribute, (name, _) in translation.properties.items():
                yield f"| `{type_}.{attribute}` | `{name}` of {translation.type} |"
    for type_, (owner, name, _) in sorted(JOINED.items()):
        yield f"| `{type_}.policy` | `{name}` of {owner} |"
    yield "| `aws_ecr_account_setting` | Custom::EcrSetting |"


def page() -> str:
    lines = [HEAD.rstrip(), *(line for type_, rows in property_table().items() for line in section(type_, rows))]
    lines += section("Attributes of every resource", ATTRIBUTE_ROWS)
    lines += terraform()
    return "\n".join(lines) + "\n"


def test_the_page_says_what_the_table_says() -> None:
    if os.environ.get("UPDATE_EXPECTED"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
