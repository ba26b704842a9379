"""CloudFormation's intrinsic functions, as far as a template by itself says what they give.

What only a deployment knows - the ARN of a role of the stack, an import - stays as `${…}` and is remembered, so
that nobody takes it for a name.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

import re
from collections.abc import Mapping

from shared_ecr.access.json_texts import Json

_PLACE = re.compile(r"\$\{(!?)([^}]*)\}")


class Resolver:
    """Gives the values of one template in one account and Region."""

    def __init__(self, pseudo: Mapping[str, str], parameters: Mapping[str, Json], names: Mapping[str, str]) -> None:
        self._pseudo = pseudo
        self._parameters = parameters
        self._names = names
        self.unresolved: dict[str, None] = {}
        """What stayed open, in the order of its appearance."""

    def resolve(self, data: Json) -> Json:
        """Return *data* with every function replaced by its value."""
        match data:
            case list():
                return [found for each in data if (found := self.resolve(each)) != _NO_VALUE]
            case dict() if len(data) == 1:
                ((key, value),) = data.items()
                if key in {"Ref", "Condition"} or key.startswith("Fn::"):
                    return self._function(key, value)
        if isinstance(data, dict):
            found = {key: self.resolve(value) for key, value in data.items()}
            return {key: value for key, value in found.items() if value != _NO_VALUE}
        return data

    def _function(self, name: str, value: Json) -> Json:  # noqa: PLR0911 — one answer for each function
        match (name, value):
            case ("Ref", str()):
                return self._reference(value)
            case ("Fn::Join", [str() as separator, parts]):
                resolved = self.resolve(parts)
                texts = resolved if isinstance(resolved, list) else [resolved]
                return separator.join(self._text(each) for each in texts)
            case ("Fn::Sub", str()):
                return self._substitute(value, {})
            case ("Fn::Sub", [str() as text, dict() as own]):
                return self._substitute(text, {key: self._text(self.resolve(each)) for key, each in own.items()})
            case ("Fn::GetAtt", [str() as resource, str() as attribute]):
                return self._open(f"{resource}.{attribute}")
            case ("Fn::GetAtt", str()):
                return self._open(value)
            case ("Fn::Split", [str() as separator, text]):
                return [*self._text(self.resolve(text)).split(separator)]
            case ("Fn::Select", [index, parts]):
                return self._select(index, self.resolve(parts))
            case _:
                return self._open(name)

    def _reference(self, name: str) -> Json:
        if name == "AWS::NoValue":
            return _NO_VALUE
        if name in self._pseudo:
            return self._pseudo[name]
        if name in self._names:
            return self._names[name]
        if name in self._parameters:
            return self._parameters[name]
        return self._open(name)

    def _substitute(self, text: str, own: Mapping[str, str]) -> str:
        def value(match: re.Match[str]) -> str:
            if match[1]:
                return f"${{{match[2]}}}"
            name = match[2].strip()
            if name in own:
                return own[name]
            return self._open(name) if "." in name else self._text(self._reference(name))

        return _PLACE.sub(value, text)

    def _select(self, index: Json, parts: Json) -> Json:
        if isinstance(parts, list) and isinstance(index, str) and index.isdigit() and int(index) < len(parts):
            return parts[int(index)]
        return self._open("Fn::Select")

    def _text(self, value: Json) -> str:
        return value if isinstance(value, str) else self._open("a value that is no text")

    def _open(self, name: str) -> str:
        self.unresolved.setdefault(name)
        return f"${{Deployed:{name}}}"


_NO_VALUE: Json = {"Ref": "AWS::NoValue"}
