"""From JSON to a policy: every shape that AWS refuses becomes a fault, everything else a value.

The grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html, with what a resource
policy of ECR adds (a principal) and leaves out (the resource).
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from shared_ecr.access.condition_reader import read_conditions
from shared_ecr.access.policy_model import ActionElement, Effect, Policy, ResourceElement, Statement, Version
from shared_ecr.access.principals import PrincipalElement, PrincipalType
from shared_ecr.access.variables import template
from shared_ecr.documents.json_text import Json, Number, as_json, compact, read_json
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.findings.problems import Problem, Severity
from shared_ecr.model.permissions import MAX_POLICY_CHARACTERS
from shared_ecr.text import did_you_mean, quoted

_DOCUMENT = ("Version", "Id", "Statement")
_STATEMENT = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip


def parse_policy(text: str, where: str = "") -> Policy:
    """Read a policy from its JSON *text*; *where* is what its faults are shown of.

    Raises:
        InvalidPolicyError: AWS would refuse it, or the text is beyond our bounds; every fault is in it.
    """
    try:
        return _policy(read_json(text))
    except InvalidPolicyError as error:
        raise InvalidPolicyError(error.faults, where) from error


def read_policy(data: object, where: str = "") -> Policy:
    """Read a policy that is parsed already, or that is as a text in another document.

    Raises:
        InvalidPolicyError: as `parse_policy`.
    """
    if isinstance(data, str) and not isinstance(data, Number):
        return parse_policy(data, where)
    try:
        return _policy(as_json(data))
    except InvalidPolicyError as error:
        raise InvalidPolicyError(error.faults, where) from error


def _policy(data: Json) -> Policy:
    reader = _PolicyReader()
    policy = reader.policy(data)
    if reader.faults:
        raise InvalidPolicyError(reader.faults)
    return policy


class _PolicyReader:
    """Reads one document and remembers what is wrong with it."""

    def __init__(self) -> None:
        self.faults: list[Problem] = []
        self._has_variables = False

    def policy(self, data: Json) -> Policy:
        if not isinstance(data, dict):
            self._refuse("", f"a policy is an object, not {_kind(data)}", "policy-shape")
            return Policy(None, (), 0)
        characters = len(compact(data))
        if characters > MAX_POLICY_CHARACTERS:
            # Nothing else is asked of it: comparing the wildcards of a policy that cannot exist takes minutes.
            self._refuse(
                "", f"the policy has {characters:,} characters; ECR stores {MAX_POLICY_CHARACTERS:,}", "policy-size",
                "Grant access to the organization instead of to its accounts, and merge equal statements",
            )  # fmt: skip
            return Policy(None, (), characters)
        self._only(data, _DOCUMENT, "")
        version = self._version(data.get("Version")) if "Version" in data else None
        self._has_variables = version is Version.V2012
        if "Statement" not in data:
            self._refuse("", "a policy has a Statement", "policy-shape")
        written = data.get("Statement", [])
        found = written if isinstance(written, list) else [written]
        statements = [self._statement(each, number, f"Statement[{number}]") for number, each in enumerate(found)]
        sids = [each.sid for each in statements if each and each.sid]
        for sid in sorted(sid for sid, times in Counter(sids).items() if times > 1):
            self._refuse("Statement", f"the Sid {quoted(sid)} is written twice", "policy-sid")
        return Policy(version, tuple(each for each in statements if each), characters)

    def _version(self, text: Json) -> Version | None:
        try:
            return Version(str(text))
        except ValueError:
            shown = quoted(text) if isinstance(text, str) else _kind(text)
            self._refuse("Version", f"{shown} is not a version", "policy-version", "Write '2012-10-17'")
            return None

    def _statement(self, data: Json, index: int, path: str) -> Statement | None:
        if not isinstance(data, dict):
            self._refuse(path, f"a statement is an object, not {_kind(data)}", "policy-shape")
            return None
        self._only(data, _STATEMENT, path)
        effect = self._effect(data.get("Effect"), path)
        principal = self._principal(data, path)
        action = self._texts_of_one(data, ("Action", "NotAction"), path, required=True)
        resource = self._texts_of_one(data, ("Resource", "NotResource"), path, required=False)
        sid = data.get("Sid")
        if sid is not None and (not isinstance(sid, str) or isinstance(sid, Number)):
            self._refuse(f"{path}.Sid", f"a Sid is a text, not {_kind(sid)}", "policy-shape")
            sid = None
        conditions = read_conditions(
            data.get("Condition", {}), f"{path}.Condition", self.faults, has_variables=self._has_variables
        )
        if effect is None or principal is None or action is None:
            return None
        return Statement(
            index, sid or None, effect, principal, ActionElement.of(action[1], negated=action[0]),
            self._resource(resource) if resource else None, conditions,
        )  # fmt: skip

    def _resource(self, found: tuple[bool, tuple[str, ...]]) -> ResourceElement:
        negated, written = found
        templates = tuple(template(text, has_variables=self._has_variables) for text in written)
        return ResourceElement(negated, written, templates)

    def _effect(self, text: Json, path: str) -> Effect | None:
        for effect in Effect:
            if text == effect:
                return effect
        meant = did_you_mean(text, list(Effect)) if isinstance(text, str) else ""
        shown = "it is missing" if text is None else f"it is {quoted(str(text))}"
        self._refuse(f"{path}.Effect", f"an Effect is 'Allow' or 'Deny'; {shown}", "policy-effect", meant)
        return None

    def _principal(self, data: dict[str, Json], path: str) -> PrincipalElement | None:
        key = self._one_of(data, ("Principal", "NotPrincipal"), path, required=True)
        if key is None:
            return None
        place, element = f"{path}.{key}", data[key]
        if element == "*":
            return PrincipalElement.of(((PrincipalType.AWS, "*"),), negated=key.startswith("Not"))
        if not isinstance(element, dict):
            shown = quoted(element) if isinstance(element, str) else _kind(element)
            fix = f'Write {{"AWS": "{element}"}}' if isinstance(element, str) else ""
            self._refuse(place, f"a principal is '*' or an object, not {shown}", "policy-principal", fix)
            return None
        return PrincipalElement.of(tuple(self._named(element, place)), negated=key.startswith("Not"))

    def _named(self, element: dict[str, Json], place: str) -> Iterator[tuple[PrincipalType, str]]:
        known = {each.name: each for each in PrincipalType}
        if not element:
            self._refuse(place, "the element names no principal", "policy-principal")
        for key, value in element.items():
            if key not in known:
                self._refuse(place, f"'{key}' is not a kind of principal", "policy-principal", did_you_mean(key, known))
                continue
            for text in self._texts(value, f"{place}.{key}", numbers=key == "AWS"):
                yield known[key], text

    def _texts_of_one(
        self, data: dict[str, Json], keys: tuple[str, str], path: str, *, required: bool
    ) -> tuple[bool, tuple[str, ...]] | None:
        key = self._one_of(data, keys, path, required=required)
        return None if key is None else (key == keys[1], tuple(self._texts(data[key], f"{path}.{key}")))

    def _one_of(self, data: dict[str, Json], keys: tuple[str, str], path: str, *, required: bool) -> str | None:
        there = [key for key in keys if key in data]
        if len(there) > 1:
            self._refuse(path, f"{keys[0]} and {keys[1]} exclude each other", "policy-shape")
        elif not there and required:
            self._refuse(path, f"a statement of a resource policy has {keys[0]} or {keys[1]}", "policy-shape")
        return there[0] if len(there) == 1 else None

    def _texts(self, value: Json, path: str, *, numbers: bool = False) -> Iterator[str]:
        """Give the text, or each text of the list; an account id may be a number, for AWS reads it so."""
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str) and (numbers or not isinstance(each, Number)):
                yield str(each)
            else:
                self._refuse(path, f"expected text, found {_kind(each)}", "policy-shape")

    def _only(self, data: dict[str, Json], known: Sequence[str], path: str) -> None:
        for key in data:
            if key not in known:
                self._refuse(path, f"'{key}' is not an element of a policy", "policy-element", did_you_mean(key, known))

    def _refuse(self, path: str, what: str, code: str, fix: str = "") -> None:
        self.faults.append(Problem(code, Severity.ERROR, what, fix=fix, path=path))


def _kind(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Number():
            return f"the number {value[:40]}"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"
