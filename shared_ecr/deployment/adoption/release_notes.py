"""How repositories leave the tool that manages them now, before CloudFormation imports them."""

from collections.abc import Sequence

from shared_ecr.deployment.adoption.left_out import LeftOut
from shared_ecr.deployment.adoption.terraform_release import TerraformRelease, release_lines


def release_notes(
    left_out: Sequence[LeftOut], adopted: Sequence[str], terraform: TerraformRelease | None = None
) -> str:
    """Return the notes as Markdown; *terraform* is known where a state or a plan was read."""
    lines = ["# Before the adoption", ""]
    foreign = [each for each in left_out if "belongs to the stack" in each.why and "bootstrap" not in each.why]
    if foreign:
        lines += [
            "## From another CloudFormation stack",
            "",
            "1. Write `DeletionPolicy: Retain` at each repository of the list, and deploy that stack.",
            "2. Remove the repositories from its template, and deploy it again: they stay, without an owner.",
            "3. Run `shared-ecr adopt` again.",
            "",
            *(f"- `{each.what}`: {each.why}" for each in foreign),
            "",
        ]
    lines += release_lines(terraform) if terraform else _without_a_state(adopted)
    return "\n".join(lines)


def _without_a_state(adopted: Sequence[str]) -> list[str]:
    return [
        "## From Terraform",
        "",
        "Terraform writes back what its state holds at the next run. Remove it from the state, and keep it in AWS.",
        "`shared-ecr adopt` writes the blocks and commands with your addresses, if it is given your state:",
        "`--terraform-state FILE` or `--terraform-plan FILE`.",
        "",
        "```hcl",
        "# For each repository: all three resources, where they exist.",
        *(
            f"removed {{\n  from = {kind}.EXAMPLE\n\n  lifecycle {{\n    destroy = false\n  }}\n}}"
            for kind in ("aws_ecr_repository", "aws_ecr_repository_policy", "aws_ecr_lifecycle_policy")
        ),
        "```",
        "",
        f"Repositories of this adoption: {', '.join(f'`{name}`' for name in adopted) or 'none'}.",
        "",
    ]
