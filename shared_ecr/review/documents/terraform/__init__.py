"""Plans and states of Terraform and OpenTofu, as `terraform show -json` prints them, in CloudFormation's spelling.

The way of the data: `resource_changes` and `values` read the entries and the resources of a document, `sides` puts them
together to what is there before the apply and after it, `translation` gives each attribute the name that CloudFormation
has for it, `joining` puts a policy into its repository, `plan` makes a stack of it. Beside it, `configuration` and
`homes` say where a resource is deployed, `gaps` why a plan is not the whole change, `listing` what it does entry by
entry, `outside` what it does beside its resources, and `attributes` has the table of the attributes that are judged.
https://developer.hashicorp.com/terraform/internals/json-format
"""

from shared_ecr.review.documents.terraform.plan import is_plan, is_raw_state, read_plan, read_prior

__all__ = ["is_plan", "is_raw_state", "read_plan", "read_prior"]
