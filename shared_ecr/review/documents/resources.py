"""The resources of one template, their properties evaluated, and what of each is in doubt."""

from collections.abc import Iterator, Mapping, Sequence

from shared_ecr.documents.json_text import Json, Number
from shared_ecr.findings.problems import Position
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.review.deployments import Doubt, Origin, Resource, is_known
from shared_ecr.review.documents.acknowledgements import in_metadata
from shared_ecr.review.documents.assumptions import Unit
from shared_ecr.review.documents.document import DataFile
from shared_ecr.review.documents.evaluation import Evaluation
from shared_ecr.review.documents.functions import NO_VALUE
from shared_ecr.review.documents.open_values import detail, written_name
from shared_ecr.review.documents.stack_context import StackContext
from shared_ecr.review.documents.template import described
from shared_ecr.review.documents.template_references import IMPORTED
from shared_ecr.review.service_calls import CALLING_TYPES
from shared_ecr.review.texts import sorted_text
from shared_ecr.text import quoted

# Resources of which it matters which values they are given, since a rule of the review looks at them.
_DECIDES = (
    "AWS::ECR::", "AWS::KMS::", "AWS::CloudFormation::Stack", "AWS::CloudFormation::CustomResource",
    "AWS::CloudFormation::StackSet", "AWS::CodeBuild::Project", "AWS::Events::Rule", "AWS::Lambda::Function",
    "AWS::SNS::", "AWS::Serverless::", "AWS::ServiceCatalog::", *CALLING_TYPES,
)  # fmt: skip
# Every other type is a custom resource, an extension or a module: code that is not in the documents acts for it.
_OF_AWS = ("AWS::", "Alexa::")
# What a review judges; of other resources it does not matter what stays open.
_JUDGED = ("AWS::ECR::", CALLED_SETTING.type)
# Whether a key can be used decides whether images can be read; what else of it is open, does not.
_KEYS = "AWS::KMS::"
_JUDGED_OF_KEYS = frozenset({"AliasName", "Enabled", "PendingWindowInDays", "PrimaryKeyArn", "TargetKeyId"})
_KEY_POLICY = "KeyPolicy"
# A function in the place of all properties: it is not a property of this name.
_FUNCTION = ("Fn::If", "Fn::Transform", "Fn::FindInMap")
_POLICIES = frozenset({"PolicyText", "RepositoryPolicy", "RepositoryPolicyText"})
_ENCRYPTION = "EncryptionConfiguration"
# Properties that name what a stack makes beside them, or imports. Such a value stays while its resource stays, and
# CloudFormation refuses to change an export that is imported:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
_NAMES_OTHERS = frozenset({
    "CredentialArn", "CustomRoleArn", _ENCRYPTION, "PrimaryKeyArn", "TargetKeyId",
})  # fmt: skip
# CloudFormation refuses another service token.
_NEVER_CHANGES = "ServiceToken"

# Whose tags decide about access.
_TAGGED = frozenset({"AWS::ECR::Repository", "AWS::ECR::PublicRepository"})

PRINCIPALS = frozenset({"AWS::IAM::Role", "AWS::IAM::User"})
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
                what = f"{logical_id} adds resources that are not judged: {detail(body)}"
                self.doubts.append(Doubt(place, what, self._about(logical_id), sorted_text(body)))
            elif not isinstance(body, dict):
                what = f"the resource is {described(body)}, not a mapping; it is not judged"
                self.doubts.append(Doubt(place, what, self._about(logical_id), sorted_text(body)))
            else:
                resource = self._recorded(logical_id, body, place)
                if resource:
                    yield resource

    def _recorded(self, logical_id: str, body: Mapping[str, Json], place: str) -> Resource | None:
        """Read one resource; of those that a review judges it is noted which open values they depend on."""
        kind = body.get("Type")
        if not isinstance(kind, str) or not _decides(kind):
            return self._resource(logical_id, body, place)
        with self._around.scope.unit(Unit(self._around.name, logical_id, kind)):
            return self._resource(logical_id, body, place)

    def _resource(self, logical_id: str, body: Mapping[str, Json], place: str) -> Resource | None:
        kind = body.get("Type")
        if not isinstance(kind, str):
            what = "the resource has no Type; it is not judged"
            self.doubts.append(Doubt(place, what, self._about(logical_id), sorted_text(dict(body))))
            return None
        if not self._exists(body.get("Condition"), place):
            return None
        if "Fn::Transform" in body:
            what = f"Fn::Transform adds to the resource what is not judged: {detail(body['Fn::Transform'])}"
            self.doubts.append(Doubt(place, what, self._about(logical_id), sorted_text(body["Fn::Transform"])))
        properties = self._properties(logical_id, kind, body.get("Properties", {}), place)
        if kind in _TAGGED and self._around.tags:
            properties = with_tags(properties, self._around.tags)
        constructs = self._around.constructs
        metadata = body.get("Metadata")
        resource = Resource(
            type=kind,
            properties=properties,
            origin=self._origin(logical_id, metadata),
            home=self._around.home,
            deletion_policy=self._attribute(logical_id, place, "DeletionPolicy", body),
            update_replace_policy=self._attribute(logical_id, place, "UpdateReplacePolicy", body),
            acknowledged=(*in_metadata(metadata), *constructs.acknowledged.get(logical_id, ())),
            has_all_tags=self._around.has_all_tags or kind not in _TAGGED,
        )
        if kind.endswith("::MODULE"):
            what = f"the module {kind} makes resources that are not judged"
            self.doubts.append(Doubt(place, what, self._about(logical_id), source_of(resource)))
        return resource

    def _properties(self, logical_id: str, kind: str, written: Json, place: str) -> dict[str, Json]:
        judged = kind.startswith(_JUDGED)
        if isinstance(written, dict) and len(written) == 1 and next(iter(written)).startswith(_FUNCTION):
            written = self._of_function(logical_id, written, place, judged=judged)
        if not isinstance(written, dict):
            if judged:
                what = f"Properties is {described(written)}, not a mapping; they are not judged"
                self.doubts.append(Doubt(place, what, self._about(logical_id), made_from=what))
            return {}
        found: dict[str, Json] = {}
        for name, value in self._evaluation.loops.expand(written).items():
            if name.startswith("Fn::"):
                if judged:
                    what = f"{name} adds properties that are not judged: {detail(value)}"
                    self.doubts.append(Doubt(place, what, self._about(logical_id), made_from=what))
                continue
            resolved = self._evaluation.resolve(value)
            if resolved is not NO_VALUE:
                found[name] = _in_texts(resolved) if judged and name in _POLICIES else resolved
            opened, doubts = self._evaluation.take()
            if judged or (name in _JUDGED_OF_KEYS and kind.startswith(_KEYS)):
                shown = [each for each in opened if not self._stays(name, each)]
                self._note(logical_id, place, name, shown, doubts)
            elif name == _KEY_POLICY and kind.startswith(_KEYS) and not _has_statements(resolved):
                # Parts of it name roles as a rule; one that is open as a whole may deny everything.
                self._note(logical_id, place, name, opened, doubts)
        return found

    def _of_function(self, logical_id: str, written: Json, place: str, *, judged: bool) -> Json:
        """Return the properties that a function gives as a whole; none where only a deployment knows them."""
        resolved = self._evaluation.resolve(written)
        opened, doubts = self._evaluation.take()
        if judged:
            self._note(logical_id, place, "Properties", opened, doubts)
        return resolved if isinstance(resolved, dict) else {}

    def _note(self, logical_id: str, place: str, name: str, opened: Sequence[str], doubts: Sequence[str]) -> None:
        in_policy = name in _POLICIES
        judged_as = "so the principals that it names are not judged" if in_policy else "and is not judged"
        about = self._about(logical_id)
        self.doubts += [
            Doubt(
                place,
                f"{name}: {each} is known only once deployed, {judged_as}",
                about,
                is_bounded=in_policy and self._is_principal(each),
                key=each if name == _ENCRYPTION else "",
            )
            for each in opened
            if not (in_policy and each in _OF_EVERY_PARTITION)
        ]
        self.doubts += [Doubt(place, f"{name}: {each}", about, made_from=each) for each in doubts]

    def _stays(self, property_name: str, opened: str) -> bool:
        """Whether the open value *opened* of a property cannot be another one without a change in the documents."""
        if property_name not in _NAMES_OTHERS:
            return property_name == _NEVER_CHANGES
        name = written_name(opened)
        # Names of parameters have no dot, so one with a dot is an attribute of a resource, if of a stack around this.
        is_attribute = " " not in name and ":" not in name and "." in name
        return is_attribute or name in self._evaluation.resources or name.startswith(IMPORTED)

    def _is_principal(self, name: str) -> bool:
        """Whether *name* is a principal that the same template makes, so that it is one of the deploying account."""
        logical_id = written_name(name).partition(".")[0]
        body = self._evaluation.resources.get(logical_id)
        is_own = isinstance(body, dict) and str(body.get("Type")) in PRINCIPALS
        return is_own or logical_id in self._around.principals

    def _exists(self, written: Json, place: str) -> bool:
        """Whether the condition of a resource holds."""
        if written is None:
            return True
        if not isinstance(written, str) or written not in self._evaluation.conditions:
            shown = quoted(written) if isinstance(written, str) else described(written)
            self.doubts.append(Doubt(place, f"its Condition is {shown}, which the template does not define"))
            return True
        holds = self._evaluation.conditions.holds(written)
        self._evaluation.take()
        return holds

    def _attribute(self, logical_id: str, place: str, name: str, body: Mapping[str, Json]) -> str:
        """Return a policy of CloudFormation itself, which the language extensions allow to be computed."""
        if body.get(name) is None:
            return ""
        resolved = self._evaluation.resolve(body[name])
        opened, doubts = self._evaluation.take()
        if str(body.get("Type")).startswith((*_JUDGED, _KEYS)):
            self._note(logical_id, place, name, opened, doubts)
        return resolved if isinstance(resolved, str) else ""

    def _origin(self, logical_id: str, metadata: Json) -> Origin:
        path = metadata.get("aws:cdk:path") if isinstance(metadata, dict) else None
        if not isinstance(path, str):
            path = self._around.constructs.paths.get(logical_id, "")
        return Origin(self._document.file, self._around.name, logical_id, path.strip("/"), self._position(logical_id))

    def _position(self, logical_id: str) -> Position | None:
        positions = self._document.resources
        return positions.get(logical_id) or positions.get(self._evaluation.loops.made_by.get(logical_id, ""))

    def _about(self, logical_id: str) -> str:
        return f"{self._around.name}: {logical_id}"

    def _place(self, logical_id: str) -> str:
        position = self._position(logical_id)
        file = self._document.file
        return f"{file}:{position.line}:{position.column}: {logical_id}" if position else f"{file}: {logical_id}"

    def _note_doubts(self, place: str) -> None:
        """Note what was doubtful while loops and conditions were opened."""
        self.doubts += [Doubt(place, each) for each in self._evaluation.take()[1]]


def _decides(kind: str) -> bool:
    """Whether a rule of the review looks at resources of *kind*, so that each value they can have is judged."""
    return kind.startswith(_DECIDES) or not kind.startswith(_OF_AWS) or kind.endswith("::MODULE")


def _has_statements(policy: Json) -> bool:
    """Whether at least each statement of *policy* is known to be one; a text of JSON counts as long as it is known."""
    if isinstance(policy, str):
        return is_known(policy)
    held = policy.get("Statement") if isinstance(policy, dict) else None
    return all(isinstance(each, dict) for each in (held if isinstance(held, list) else [held]))


def with_tags(properties: Mapping[str, Json], tags: Sequence[Json]) -> dict[str, Json]:
    """Return *properties* with the *tags* of the stack, as CloudFormation adds them: a resource's own tags win.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html
    """
    own = properties.get("Tags", [])
    if not isinstance(own, list):
        # What only a deployment knows stays open.
        return dict(properties)
    keys = [each.get("Key") for each in own if isinstance(each, dict)]
    added = [each for each in tags if not (isinstance(each, dict) and each.get("Key") in keys)]
    return {**properties, "Tags": [*own, *added]} if added else dict(properties)


def source_of(resource: Resource) -> str:
    """Return all that decides what *resource* deploys, and what becomes of that when it leaves the stack."""
    policies = [resource.deletion_policy, resource.update_replace_policy]
    return sorted_text([resource.type, dict(resource.properties), *policies])


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
