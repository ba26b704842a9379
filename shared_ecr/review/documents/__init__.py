"""Read any deployment: what CDK synthesizes, CloudFormation templates, plans and states of Terraform.

The way: `files` and `data_file` give a `DataFile` (`json_text`, or `yaml_text` with `yaml_scalars` and `short_forms`);
`template` takes it apart, `evaluation` gives the values of its functions, `stacks` makes a stack of it; `nested` and
`assembly` find further templates, `constructs` and `acknowledgements` what CDK says about them; `terraform` translates
plans. Values that only a deployment knows are assumed (`assumptions`); `review.worlds` varies them. `open_deployment`
is all of it. Nothing leaves the folder that was named, and nothing is ever run.
"""

from shared_ecr.review.documents.declared import declared_positions
from shared_ecr.review.documents.faults import InvalidDocumentError
from shared_ecr.review.documents.loading import OpenDeployment, load_deployment, load_prior, open_deployment, together
from shared_ecr.review.documents.places import DeploymentTarget

__all__ = [
    "DeploymentTarget",
    "InvalidDocumentError",
    "OpenDeployment",
    "declared_positions",
    "load_deployment",
    "load_prior",
    "open_deployment",
    "together",
]
