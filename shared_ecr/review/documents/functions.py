"""CloudFormation's functions by name: each gets the evaluation of its template and its argument as written."""

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING

from shared_ecr.documents.json_text import Json, Number
from shared_ecr.review.deployments import OPEN_MARK, is_known
from shared_ecr.review.documents.open_values import call_name, only_open_value, shown
from shared_ecr.review.documents.substitution import substituted
from shared_ecr.review.texts import written_out
from shared_ecr.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared_ecr.review.documents.evaluation import Evaluation

NO_VALUE: Json = {"Ref": "AWS::NoValue"}
"""What `Ref` of `AWS::NoValue` gives: the property or the item is left out. Compared by identity."""


class MalformedCallError(Exception):
    """A function does not have the arguments that it needs."""


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
                return evaluation.open(call_name("Fn::Join", [separator, resolved]))
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
                return evaluation.open(call_name("Fn::Split", [separator, resolved]))
            return [*evaluation.made("Fn::Split", resolved).split(separator)]
        case _:
            raise MalformedCallError


def _select(evaluation: "Evaluation", argument: Json) -> Json:
    match argument:
        case [index, parts]:
            place, values = evaluation.text(evaluation.resolve(index)), evaluation.resolve(parts)
            if isinstance(values, list) and values and OPEN_MARK in place:
                place = evaluation.scope.one_of(f"the index {shown(place)}", [*map(str, range(len(values)))])
            if not isinstance(values, list):
                return evaluation.open(call_name("Fn::Select", [place, values]))
            if not (place.isascii() and place.isdigit() and len(place) < len("1000000") and int(place) < len(values)):
                raise MalformedCallError
            return values[int(place)]
        case _:
            raise MalformedCallError


def _if(evaluation: "Evaluation", argument: Json) -> Json:
    match argument:
        case [str() as condition, first, second]:
            if condition not in evaluation.conditions:
                evaluation.doubt(f"Fn::If names the condition {quoted(condition)}, which the template does not define")
            return evaluation.resolve(first if evaluation.conditions.holds(condition) else second)
        case _:
            raise MalformedCallError


def _find_in_map(evaluation: "Evaluation", argument: Json) -> Json:
    """Look a value up; a key that is open is each key of the mapping, and any other key.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-findinmap.html
    """
    match argument:
        case [name, first, second] | [name, first, second, dict()]:
            keys = [evaluation.resolve(each) for each in (name, first, second)]
        case _:
            raise MalformedCallError
    value: Json = dict(evaluation.template.mappings)
    was_open = False
    for key in keys:
        options = value if isinstance(value, dict) else {}
        was_open = was_open or not is_known(key)
        value = options.get(_key(evaluation, key, options))
    match value, argument:
        case None, [_, _, _, {"DefaultValue": default}]:
            return evaluation.resolve(default)
        case None, _ if was_open or evaluation.assumes:
            # The mapping has no such key, so CloudFormation refuses the deployment.
            evaluation.scope.give_up()
            return evaluation.unknown(call_name("Fn::FindInMap", keys), "a mapping has no value for one of its keys")
        case None, _:
            raise MalformedCallError
    return value


def _key(evaluation: "Evaluation", key: Json, options: Mapping[str, Json]) -> str:
    """Return the key to look up: as it is where it is known, else what is assumed of it."""
    if is_known(key):
        return evaluation.text(key)
    name = only_open_value(key)
    if name is None:
        return evaluation.scope.one_of(f"the key {shown(key)}", [*options]) if options else ""
    for option in options:
        evaluation.scope.compare(name, option)
    return ""


def _base64(evaluation: "Evaluation", argument: Json) -> Json:
    text = evaluation.resolve(argument)
    if not isinstance(text, str) or OPEN_MARK in text:
        return evaluation.open(call_name("Fn::Base64", text))
    return evaluation.made("Fn::Base64", base64.b64encode(text.encode(errors="replace")).decode("ascii"))


def _to_json(evaluation: "Evaluation", argument: Json) -> Json:
    return evaluation.made("Fn::ToJsonString", written_out(evaluation.resolve(argument)))


def _length(evaluation: "Evaluation", argument: Json) -> Json:
    value = evaluation.resolve(argument)
    return Number(len(value)) if isinstance(value, list) else evaluation.open(call_name("Fn::Length", value))


def _known_later(name: str) -> "Callable[[Evaluation, Json], Json]":
    """Return a function whose value only a deployment knows; its argument shows it from others."""

    def function(evaluation: "Evaluation", argument: Json) -> Json:
        return evaluation.open(evaluation.called(call_name(name, evaluation.resolve(argument))))

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
