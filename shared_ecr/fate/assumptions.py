"""What AWS's documentation leaves open about lifecycle policies, each as a question with two answers.

The defaults are the cautious answers: the ones by which more is lost or by which it is lost sooner. Every image
whose fate depends on one of them says so (`open_questions`).
"""

from shared_ecr.records import record, replace


@record
class Assumptions:
    """The answers that an evaluation takes for given."""

    children_take_places: bool = True
    """Whether the manifests of an index count in imageCountMoreThan."""
    referrers_take_places: bool = True
    """Whether signatures and SBOMs count in imageCountMoreThan."""
    referrers_are_selected: bool = True
    """Whether rules select signatures and SBOMs at all, or leave them to their subjects."""
    restoring_renews: bool = True
    """Whether a restored image is as young as its restoration, for its age as it is for its order."""
    case_matters: bool = True
    """Whether a pattern or prefix is case-sensitive, as tags are."""
    prefixes_are_literal: bool = True
    """Whether a `*` in a prefix is an ordinary character; AWS's page calls the entries "wildcard filters"."""
    children_wait_for_a_later_run: bool = True
    """Whether the manifests of an index that expires stay until the run after."""


@record
class OpenQuestion:
    """One question that AWS's documentation does not answer, and the answer that was not assumed."""

    code: str
    otherwise: Assumptions
    if_otherwise: str
    """The other answer, as the condition of a sentence."""


CAUTIOUS = Assumptions()
_CHILDREN = "if the manifests of an index are not counted"
_REFERRERS = "if signatures and SBOMs are not counted"
QUESTIONS_OF_CHILDREN = (
    OpenQuestion("open-children-count", replace(CAUTIOUS, children_take_places=False), _CHILDREN),
    OpenQuestion(
        "open-same-run",
        replace(CAUTIOUS, children_wait_for_a_later_run=False),
        "if the manifests of an index can expire in the same run as the index",
    ),
)
QUESTIONS_OF_REFERRERS = (
    OpenQuestion("open-referrers-count", replace(CAUTIOUS, referrers_take_places=False), _REFERRERS),
    OpenQuestion(
        "open-referrers-selected",
        replace(CAUTIOUS, referrers_are_selected=False),
        "if rules never select signatures and SBOMs, which expire with their subjects",
    ),
)
QUESTIONS_OF_CAPITALS = (OpenQuestion("open-case", replace(CAUTIOUS, case_matters=False), "if patterns ignore case"),)
QUESTIONS_OF_STARS = (
    OpenQuestion(
        "open-prefix-star", replace(CAUTIOUS, prefixes_are_literal=False), "if a '*' in a prefix is a wildcard"
    ),
)
QUESTIONS_OF_RESTORED = (
    OpenQuestion(
        "open-restored-age",
        replace(CAUTIOUS, restoring_renews=False),
        "if restoring an image does not renew its age and its position",
    ),
)
