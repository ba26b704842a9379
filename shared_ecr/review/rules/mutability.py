"""Tag mutability: what ECR refuses, and what leaves tags that can be moved."""

from collections.abc import Iterator

from shared_ecr.documents.json_text import Json
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.mutability import MAX_FILTERS, MODES, ExclusionFilter
from shared_ecr.review.deployments import is_known
from shared_ecr.review.findings import RuleFinding, error, note, warning
from shared_ecr.review.repositories import ReviewedRepository
from shared_ecr.text import did_you_mean, listed, quoted

_EXCLUDING = "_WITH_EXCLUSION"
# No page of AWS has a limit; Terraform's provider refuses more. https://github.com/hashicorp/terraform-provider-aws/pull/43642
_USUAL_WILDCARDS = 2
_CONTROLS = "Security Hub's ECR.2 and Control Tower's CT.ECR.PR.3 require IMMUTABLE"


def mutability(repository: ReviewedRepository) -> Iterator[RuleFinding]:
    """Judge the mode of *repository* and its exclusion filters."""
    mode = repository.mutability
    written = repository.resource.properties.get("ImageTagMutabilityExclusionFilters")
    if not is_known(mode):
        return
    if mode not in MODES:
        yield error(
            "mutability", f"{quoted(mode)} is not a tag mutability", f"It is {listed(MODES)}",
            did_you_mean(mode, MODES).rstrip(".") or "Write IMMUTABLE",
        )  # fmt: skip
        return
    if written is not None and is_known(written):
        yield from _filters(mode, written)
    elif mode.endswith(_EXCLUDING) and written is None:
        yield error(
            "mutability", f"{mode} has no exclusion filter", "ECR refuses the mode without 1 to 5 of them",
            f"Add ImageTagMutabilityExclusionFilters, or write {mode.removesuffix(_EXCLUDING)}",
        )  # fmt: skip
    yield from _controls(mode, repository.exclusions)


def _filters(mode: str, written: Json) -> Iterator[RuleFinding]:
    filters = written if isinstance(written, list) else [written]
    if filters and not mode.endswith(_EXCLUDING):
        yield error(
            "mutability", f"{mode} has exclusion filters",
            "ECR refuses them with a mode that excludes nothing", f"Write {mode}{_EXCLUDING}, or remove the filters",
        )  # fmt: skip
    elif not 1 <= len(filters) <= MAX_FILTERS and mode.endswith(_EXCLUDING):
        what = f"{len(filters)} exclusion filters; {mode} has 1 to {MAX_FILTERS}"
        yield error("mutability", what, "ECR refuses it", "Join filters that have a common prefix")
    for each in filters:
        yield from _filter(each)


def _filter(written: Json) -> Iterator[RuleFinding]:
    match written:
        case {"ImageTagMutabilityExclusionFilterValue": str() as text, **others}:
            kind = others.get("ImageTagMutabilityExclusionFilterType")
        case _:
            what = "an exclusion filter is malformed"
            yield error(
                "mutability-filter", what, "It has ImageTagMutabilityExclusionFilterType and …Value", "Write both"
            )
            return
    if kind != "WILDCARD":
        what = f"the filter {quoted(text)} is not of type WILDCARD"
        yield error("mutability-filter", what, "WILDCARD is the only type that ECR accepts", "Write WILDCARD")
    try:
        ExclusionFilter.parse(text)
    except InvalidValueError as fault:
        yield RuleFinding.of(fault)
    if text.count("*") > _USUAL_WILDCARDS:
        yield warning(
            "mutability-wildcards", f"the filter {quoted(text)} has {text.count('*')} wildcards",
            f"AWS documents no limit; more than {_USUAL_WILDCARDS} are known to be refused by tools",
            "Write a shorter filter",
        )  # fmt: skip


def _controls(mode: str, exclusions: tuple[str, ...]) -> Iterator[RuleFinding]:
    """Judge whether tags can be moved, which nothing refuses."""
    excepted = listed(map(quoted, exclusions)) if exclusions else "its filters"
    # A filter of wildcards alone turns the mode round.
    is_turned = mode.endswith(_EXCLUDING) and any(each and not each.strip("*") for each in exclusions)
    if (mode == "IMMUTABLE_WITH_EXCLUSION" and is_turned) or mode == "MUTABLE":
        yield warning(
            "mutability-mutable", "every tag can be moved to another image",
            f"The image that runs can differ from the image that was tested, without a trace; {_CONTROLS}",
            "Write IMMUTABLE, or IMMUTABLE_WITH_EXCLUSION with filters for the tags that have to move",
        )  # fmt: skip
    elif mode.endswith(_EXCLUDING) and not is_turned:
        which = "tags like" if mode == "IMMUTABLE_WITH_EXCLUSION" else "all tags but those like"
        yield note(
            "mutability-exclusions", f"{which} {excepted} can be moved to another image",
            f"Under such a tag, the image that runs can differ from the image that was tested; {_CONTROLS}, without "
            "exclusions",
            "Deploy by digest where such a tag is used",
        )  # fmt: skip
