"""The resources of one template, their properties evaluated, and what of each is in doubt."""

from collections.abc import Iterator, Mapping, Sequence

from shared_ecr.documents.json_text import Json, Number
from shared_ecr.problems import Position
from shared_ecr.review.deployments import Doubt, Origin, Resource
from shared_ecr.review.documents.acknowledgements import in_metadata
from shared_ecr.review.documents.document import DataFile
from shared_ecr.review.documents.evaluation import Evaluation
from shared_ecr.review.documents.functions import NO_VALUE
from shared_ecr.review.documents.stack_context import StackContext
from shared_ecr.review.documents.template import described
from shared_ecr.text import quoted

# What a review judges; of other resources it does not matter what stays open.
_JUDGED = ("AWS::ECR::", "Custom::EcrSetting")
_POLICIES = frozenset({"PolicyText", "RepositoryPolicy", "RepositoryPolicyText"})
# Properties that name what a stack makes beside them: that they are open is the rule, and says nothing about access.
_OPEN_AS_A_RULE = frozenset({"CredentialArn", "CustomRoleArn", "EncryptionConfiguration", "ServiceToken"})

# In a policy they say the same wherever it is deployed: the partition of everything else.
_OF_EVERY_PARTITION = frozenset({"AWS::Partition", "AWS::URLSuffix"})


class Resources:
    """Reads the resources of one template; `doubts` has what could not be judged of those read so far."""

    def __init__(self, document: DataFile, around: StackContext, evaluation: Evaluation) -> None:
        self._document, self._around, self._evaluation = document, around, evaluation
        self.doubts: list[Doubt] = []

    def read(self) -> Iterator[Resource]:
        """Yield every resource that will, or may, exist."""
        self._note_doubts(self._document.file)
        for logical_id, body in self._evaluation.resources.items():
            place = self._place(logical_id)
            if logical_id.startswith("Fn::"):
                self.doubts.append(Doubt(place, f"{logical_id} adds resources that are not judged"))
            elif not isinstance(body, dict):
                self.doubts.append(Doubt(place, f"the resource is {described(body)}, not a mapping; it is not judged"))
            else:
                resource = self._resource(logical_id, body, place)
                if resource:
                    yield resource

    def _resource(self, logical_id: str, body: Mapping[str, Json], place: str) -> Resource | None:
        kind = body.get("Type")
        if not isinstance(kind, str):
            self.doubts.append(Doubt(place, "the resource has no Type; it is not judged"))
            return None
        conditions = self._conditions(body.get("Condition"), place)
        if conditions is None:
            return None
        if "Fn::Transform" in body:
            self.doubts.append(Doubt(place, "Fn::Transform adds to the resource what is not judged"))
        if kind.endswith("::MODULE"):
            self.doubts.append(Doubt(place, f"the module {kind} makes resources that are not judged"))
        properties = self._properties(kind, body.get("Properties", {}), place)
        constructs = self._around.constructs
        metadata = body.get("Metadata")
        return Resource(
            type=kind,
            properties=properties,
            origin=self._origin(logical_id, metadata),
            home=self._around.home,
            deletion_policy=self._attribute(body.get("DeletionPolicy")),
            update_replace_policy=self._attribute(body.get("UpdateReplacePolicy")),
            conditions=conditions,
            acknowledged=(*in_metadata(metadata), *constructs.acknowledged.get(logical_id, ())),
        )

    def _properties(self, kind: str, written: Json, place: str) -> dict[str, Json]:
        judged = kind.startswith(_JUDGED)
        if not isinstance(written, dict):
            if judged:
                what = f"Properties is {described(written)}, not a mapping; they are not judged"
                self.doubts.append(Doubt(place, what))
            return {}
        found: dict[str, Json] = {}
        for name, value in self._evaluation.loops.expand(written).items():
            resolved = self._evaluation.resolve(value)
            if resolved is not NO_VALUE:
                found[name] = _in_texts(resolved) if judged and name in _POLICIES else resolved
            opened, doubts = self._evaluation.take()
            if judged:
                shown = () if name in _OPEN_AS_A_RULE else opened
                self._note(place, name, shown, doubts)
        return found

    def _note(self, place: str, name: str, opened: Sequence[str], doubts: Sequence[str]) -> None:
        in_policy = name in _POLICIES
        judged_as = "so whom it names is not judged" if in_policy else "and is not judged"
        self.doubts += [
            Doubt(place, f"{name}: {each} is known only once deployed, {judged_as}")
            for each in opened
            if not (in_policy and each in _OF_EVERY_PARTITION)
        ]
        self.doubts += [Doubt(place, f"{name}: {each}") for each in doubts]

    def _conditions(self, written: Json, place: str) -> tuple[str, ...] | None:
        """Return the conditions that are not decided yet; None where the resource will not exist."""
        if written is None:
            return ()
        if not isinstance(written, str) or written not in self._evaluation.conditions:
            shown = quoted(written) if isinstance(written, str) else described(written)
            self.doubts.append(Doubt(place, f"its Condition is {shown}, which the template does not define"))
            return (written,) if isinstance(written, str) else ("unknown",)
        holds = self._evaluation.conditions.holds(written)
        self._evaluation.take()
        if holds is None:
            return (written,)
        return () if holds else None

    def _attribute(self, written: Json) -> str:
        """Return a policy of CloudFormation itself, which the language extensions allow to be computed."""
        if written is None:
            return ""
        resolved = self._evaluation.resolve(written)
        self._evaluation.take()
        return resolved if isinstance(resolved, str) else ""

    def _origin(self, logical_id: str, metadata: Json) -> Origin:
        path = metadata.get("aws:cdk:path") if isinstance(metadata, dict) else None
        if not isinstance(path, str):
            path = self._around.constructs.paths.get(logical_id, "")
        return Origin(self._document.file, self._around.name, logical_id, path.strip("/"), self._position(logical_id))

    def _position(self, logical_id: str) -> Position | None:
        positions = self._document.resources
        return positions.get(logical_id) or positions.get(self._evaluation.loops.made_by.get(logical_id, ""))

    def _place(self, logical_id: str) -> str:
        position = self._position(logical_id)
        file = self._document.file
        return f"{file}:{position.line}:{position.column}: {logical_id}" if position else f"{file}: {logical_id}"

    def _note_doubts(self, place: str) -> None:
        """Note what was doubtful while loops and conditions were opened."""
        self.doubts += [Doubt(place, each) for each in self._evaluation.take()[1]]


def _in_texts(policy: Json) -> Json:
    """Return *policy* with its numbers as the texts that CloudFormation makes of them: `AWS: 111111111111`."""
    match policy:
        case Number():
            return str(policy)
        case list():
            return [_in_texts(each) for each in policy]
        case dict():
            return {key: _in_texts(value) for key, value in policy.items()}
        case _:
            return policy
