"""`AWS::IAM::OIDCProvider`, which MiniStack has as operations of IAM only.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-oidcprovider.html
"""

from ministack.core.responses import get_account_id

from shared_ecr.local import hooks
from shared_ecr.local.cloudformation.types import Made, Properties, ResourceType
from shared_ecr.local.ecr.answers import ServiceError

_TYPE = "AWS::IAM::OIDCProvider"


def _arn(props: Properties) -> str:
    host = str(props.get("Url", "")).removeprefix("https://").rstrip("/")
    return f"arn:aws:iam::{get_account_id()}:oidc-provider/{host}"


def _put(arn: str, props: Properties) -> Made:
    providers = hooks.OIDC_PROVIDERS.read()
    providers[arn] = {
        "Url": props.get("Url", ""),
        "ClientIDList": list(props.get("ClientIdList", [])),
        "ThumbprintList": list(props.get("ThumbprintList", [])),
        "CreateDate": hooks.IAM_NOW.read()(),
        "Arn": arn,
        "Tags": list(props.get("Tags", [])),
    }
    return arn, {"Arn": arn}


def _create(props: Properties, _: str) -> Made:
    arn = _arn(props)
    if arn in hooks.OIDC_PROVIDERS.read():
        raise ServiceError("AlreadyExists", f"Resource of type '{_TYPE}' with identifier '{arn}' already exists.")
    return _put(arn, props)


def _delete(arn: str) -> None:
    hooks.OIDC_PROVIDERS.read().pop(arn, None)


OIDC_PROVIDER = ResourceType(
    _TYPE, ("ClientIdList", "Tags", "ThumbprintList", "Url"), _create, _put, _delete, create_only=("Url",)
)
