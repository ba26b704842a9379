"""Judge a deployment before it happens: any CloudFormation, any CDK assembly, any Terraform plan; offline.

The way of the data: `documents` read files into a `deployments.Deployment` for each side; `repositories` reads the
ECR repositories of one; `rules` look at the new side alone, `changes` at both; `judging` puts them together with the
fate of images, the access that is gained and what is acknowledged, into a `verdict.Verdict`; `reports` render it.
Nothing here knows a network, a clock or AWS's SDK.
"""
