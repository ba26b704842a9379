"""CloudFormation's functions by name: each gets the evaluation of its template and its argument as written."""

import base64
from typing import TYPE_CHECKING

from shared_ecr.documents.json_text import Json, Number
from shared_ecr.review.deployments import OPEN_MARK, is_known
from shared_ecr.review.documents.substitution import substituted
from shared_ecr.review.texts import written_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared_ecr.review.documents.evaluation import Evaluation

NO_VALUE: Json = {"Ref": "AWS::NoValue"}
"""What `Ref` of `AWS::NoValue` gives: the property or the item is left out. Compared by identity."""


class MalformedCallError(Exception):
    """A function has other arguments than it takes."""


def _ref(evaluation: "Evaluation", argument: Json) -> Json:
    if not isinstance(argument, str):
        raise MalformedCallError
    return evaluation.reference(argument)


def _get_att(evaluation: "Evaluation", argument: Json) -> Json:
    match argument:
        case str():
            resource, _, name = argument.partition(".")
            return evaluation.attribute(resource, name)
        case [str() as resource, name]:
            return evaluation.attribute(resource, evaluation.text(evaluation.resolve(name)))
        case _:
            raise MalformedCallError


def _join(evaluation: "Evaluation", argument: Json) -> Json:
    match argument:
        case [str() as separator, parts]:
            resolved = evaluation.resolve(parts)
            if not isinstance(resolved, list):
                return evaluation.open("Fn::Join")
            return evaluation.made("Fn::Join", separator.join(map(evaluation.text, resolved)))
        case _:
            raise MalformedCallError


def _sub(evaluation: "Evaluation", argument: Json) -> Json:
    match argument:
        case str():
            return substituted(evaluation, argument, {})
        case [str() as text, dict() as own]:
            values = {key: evaluation.text(evaluation.resolve(value)) for key, value in own.items()}
            return substituted(evaluation, text, values)
        case _:
            raise MalformedCallError


def _split(evaluation: "Evaluation", argument: Json) -> Json:
    match argument:
        case [str() as separator, text] if separator:
            resolved = evaluation.resolve(text)
            if not isinstance(resolved, str) or OPEN_MARK in resolved:
                return evaluation.open("Fn::Split")
            return [*evaluation.made("Fn::Split", resolved).split(separator)]
        case _:
            raise MalformedCallError


def _select(evaluation: "Evaluation", argument: Json) -> Json:
    match argument:
        case [index, parts]:
            place, values = evaluation.text(evaluation.resolve(index)), evaluation.resolve(parts)
            if not isinstance(values, list) or OPEN_MARK in place:
                return evaluation.open("Fn::Select")
            if not (place.isascii() and place.isdigit() and len(place) < len("1000000") and int(place) < len(values)):
                raise MalformedCallError
            return values[int(place)]
        case _:
            raise MalformedCallError


def _if(evaluation: "Evaluation", argument: Json) -> Json:
    match argument:
        case [str() as condition, first, second]:
            holds = evaluation.conditions.holds(condition)
            if holds is not None:
                return evaluation.resolve(first if holds else second)
            return _undecided(evaluation, condition, evaluation.resolve(first), evaluation.resolve(second))
        case _:
            raise MalformedCallError


def _undecided(evaluation: "Evaluation", condition: str, first: Json, second: Json) -> Json:
    """Return what stands where nobody knows which of two values it is.

    A whole mapping or list is judged as if it were chosen, the first of two; a single value stays open.
    """
    if first == second:
        return first
    for value in (first, second):
        if value is not NO_VALUE and isinstance(value, dict | list):
            case = "it held" if value is first else "it did not hold"
            evaluation.doubt(f"the condition {condition} is known only once deployed; what is judged is as if {case}")
            return value
    return evaluation.open(f"Fn::If {condition}")


def _find_in_map(evaluation: "Evaluation", argument: Json) -> Json:
    match argument:
        case [name, first, second] | [name, first, second, dict()]:
            keys = [evaluation.resolve(each) for each in (name, first, second)]
        case _:
            raise MalformedCallError
    if not all(map(is_known, keys)):
        return evaluation.open("Fn::FindInMap")
    value: Json = dict(evaluation.template.mappings)
    for key in map(evaluation.text, keys):
        value = value.get(key) if isinstance(value, dict) else None
    match value, argument:
        case None, [_, _, _, {"DefaultValue": default}]:
            return evaluation.resolve(default)
        case None, _:
            raise MalformedCallError
    return value


def _base64(evaluation: "Evaluation", argument: Json) -> Json:
    text = evaluation.resolve(argument)
    if not isinstance(text, str) or OPEN_MARK in text:
        return evaluation.open("Fn::Base64")
    return evaluation.made("Fn::Base64", base64.b64encode(text.encode(errors="replace")).decode("ascii"))


def _to_json(evaluation: "Evaluation", argument: Json) -> Json:
    return evaluation.made("Fn::ToJsonString", written_out(evaluation.resolve(argument)))


def _length(evaluation: "Evaluation", argument: Json) -> Json:
    value = evaluation.resolve(argument)
    return Number(len(value)) if isinstance(value, list) else evaluation.open("Fn::Length")


def _known_later(name: str) -> "Callable[[Evaluation, Json], Json]":
    """Return a function whose value only a deployment knows; its argument tells it from others."""

    def function(evaluation: "Evaluation", argument: Json) -> Json:
        value = evaluation.resolve(argument)
        return evaluation.open(f"{name} {written_out(value)}" if not isinstance(value, str) else f"{name} {value}")

    return function


FUNCTIONS: "dict[str, Callable[[Evaluation, Json], Json]]" = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Join": _join,
    "Fn::Sub": _sub,
    "Fn::Split": _split,
    "Fn::Select": _select,
    "Fn::If": _if,
    "Fn::FindInMap": _find_in_map,
    "Fn::Base64": _base64,
    "Fn::ToJsonString": _to_json,
    "Fn::Length": _length,
    **{name: _known_later(name) for name in ("Fn::ImportValue", "Fn::GetAZs", "Fn::Cidr", "Fn::GetStackOutput")},
}
