"""Lifecycle rules and presets in the schema."""

from shared_ecr.declaration.presets import KEY as PRESET
from shared_ecr.declaration.presets import PARAMETERS
from shared_ecr.declaration.schema.pieces import (
    NULL,
    Schema,
    array,
    closed,
    either,
    number,
    part,
    reference,
    text,
    word,
)
from shared_ecr.declaration.selections import MAX_COUNT

_TAGS = either(text(), array(text(), at_least=1), description="Tag patterns; each gets a rule of its own")
_PARAMETERS: dict[str, Schema] = {
    "tags": _TAGS,
    "newest": number("How many images of each pattern are kept"),
    "days": number("After how many days"),
    "expire_after_days": number("After how many days in the archive an image expires; at least 90", at_least=90),
    "keep": number("How many images are kept"),
}


def definitions() -> dict[str, Schema]:
    """Describe a rule, a preset, and the forms of a repository's lifecycle."""
    rules = array(reference("lifecycleRule"), "In any order; the lowest rulePriority that selects an image decides")
    return {
        "lifecycle": either(
            part({"rules": rules}),
            part({"none": {"const": True}, "reason": text("Why no image expires", pattern=r"[\s\S]+")}),
            reference("lifecyclePreset"),
            array(either(reference("lifecyclePreset"), reference("lifecycleRule")), at_least=1),
            {"type": "string", "pattern": r"^\s*[\[{]", "description": "ECR's JSON, pasted as a text"},
            description="Which images expire, and when: ECR's rules, its JSON, a preset, or a list of these",
        ),
        "lifecyclePreset": either(
            {"enum": list(PARAMETERS)},
            *(
                closed(
                    {PRESET: {"const": name}, **{key: _PARAMETERS[key] for key in parameters}, "rules": NULL},
                    required=[PRESET, "tags"] if name == "branch-images" else [PRESET],
                )
                for name, parameters in PARAMETERS.items()
            ),
            description="A named set of rules, described in docs/reference/presets.md",
        ),
        "lifecycleRule": closed(
            {
                "rulePriority": number("The priority of the rule; a lower number is evaluated first"),
                "description": text("The description in the policy"),
                "selection": _selection(),
                "action": closed(
                    {"type": word("expire", "transition"), "targetStorageClass": word("archive")}, required=["type"]
                ),
            },
            required=["rulePriority", "selection", "action"],
        ),
    }


def _selection() -> Schema:
    tags = either(
        array(text(), "An image must match every entry", at_least=1),
        closed({"any_of": array(text(), at_least=1)}, required=["any_of"], description="One rule for each entry"),
    )
    return closed(
        {
            "tagStatus": word("tagged", "untagged", "any"),
            "tagPatternList": tags,
            "tagPrefixList": tags,
            "storageClass": word("standard", "archive"),
            "countType": word(
                "imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned"
            ),
            "countUnit": word("days"),
            "countNumber": number("How many images are kept, or after how many days", at_most=MAX_COUNT),
        },
        required=["tagStatus", "countType", "countNumber"],
        description="Which images the rule selects, and how it counts them",
    )  # fmt: skip
