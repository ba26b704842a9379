"""Plans and states of Terraform and OpenTofu, as `terraform show -json` prints them, in CloudFormation's spelling.

`values` finds the resources of a document, `configuration` what its configuration says of providers and references,
`homes` where each is deployed, `translation` what it is called by CloudFormation, `joining` to which repository a
policy belongs; `reading` is the way. https://developer.hashicorp.com/terraform/internals/json-format
"""

from shared_ecr.review.documents.terraform.plan import is_plan, is_raw_state, read_plan, read_prior

__all__ = ["is_plan", "is_raw_state", "read_plan", "read_prior"]
