"""`Fn::Sub`: a text with `${Name}`, `${Resource.Attribute}` and `${!Literal}` in it."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from shared_ecr.text.patterns import LazyPattern

if TYPE_CHECKING:
    from shared_ecr.review.documents.evaluation import Evaluation

_PLACE = LazyPattern(r"\$\{(!?)([^{}]*)\}")


def substituted(evaluation: "Evaluation", text: str, own: Mapping[str, str]) -> str:
    """Return *text* with its places filled, from *own* first.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html
    """

    def value(match: re.Match[str]) -> str:
        if evaluation.is_exhausted:
            return ""
        if match[1]:
            return f"${{{match[2]}}}"
        name = match[2].strip()
        if name in own:
            found = own[name]
        elif "." in name:
            resource, _, attribute = name.partition(".")
            found = evaluation.attribute(resource, attribute)
        else:
            found = evaluation.text(evaluation.reference(name))
        return evaluation.made("Fn::Sub", found)

    return evaluation.made("Fn::Sub", _PLACE.sub(value, text))
