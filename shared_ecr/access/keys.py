"""The condition keys that a request to ECR can have.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html and, for ECR's own,
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html.
"""

# Keys that are followed by a slash and a tag's own key.
TAGGED_KEYS = ("aws:PrincipalTag", "aws:RequestTag", "aws:ResourceTag", "ecr:ResourceTag")
ECR_KEYS = ("ecr:AccountSetting",)
GLOBAL_KEYS = (
    "aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast", "aws:CurrentTime", "aws:EpochTime",
    "aws:FederatedProvider", "aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent", "aws:PrincipalAccount",
    "aws:PrincipalArn", "aws:PrincipalIsAWSService", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceName", "aws:PrincipalServiceNamesList", "aws:PrincipalType", "aws:Referer",
    "aws:RequestedRegion", "aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths", "aws:SecureTransport",
    "aws:SourceAccount", "aws:SourceArn", "aws:SourceIdentity", "aws:SourceIp", "aws:SourceOrgID",
    "aws:SourceOrgPaths", "aws:SourceVpc", "aws:SourceVpcArn", "aws:SourceVpce", "aws:TagKeys", "aws:TokenIssueTime",
    "aws:UserAgent", "aws:ViaAWSService", "aws:VpcSourceIp", "aws:VpceAccount", "aws:VpceOrgID", "aws:VpceOrgPaths",
    "aws:AssumedRoot", "aws:ChatbotSourceArn", "aws:Ec2InstanceSourcePrivateIPv4", "aws:Ec2InstanceSourceVpc",
    "aws:SignInSessionArn", "aws:userid", "aws:username",
    # What an identity provider said of a session stays with it.
    "ec2:RoleDelivery", "ec2:SourceInstanceArn", "glue:RoleAssumedBy", "glue:CredentialIssuingService",
    "lambda:SourceFunctionArn", "identitystore:UserId",
)  # fmt: skip
_KNOWN = frozenset(key.lower() for key in (*GLOBAL_KEYS, *ECR_KEYS))
_TAGGED = tuple(f"{key.lower()}/" for key in TAGGED_KEYS)
# Keys of these prefixes are named by the provider of a session.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
_OF_PROVIDERS = ("saml:", "token.actions.githubusercontent.com:", "cognito-identity.amazonaws.com:", "oidc.eks.")

# Who the caller is and whose it is: what a grant to everyone must be narrowed by.
PRINCIPAL_KEYS = frozenset({
    "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:principaltype",
})  # fmt: skip
SOURCE_KEYS = frozenset({"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"})


def is_known(key: str) -> bool:
    """Whether a request to ECR can have *key*, in any case."""
    lowered = key.lower()
    is_tag = any(lowered.startswith(prefix) and len(lowered) > len(prefix) for prefix in _TAGGED)
    return lowered in _KNOWN or is_tag or lowered.startswith(_OF_PROVIDERS)
