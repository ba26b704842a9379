"""A preview of lifecycle policies: which images expire or are archived, when, by which rule, and what that endangers.

The way of the data: `inventory` reads which images there are; `evaluation` applies a policy as ECR documents it;
`uncertainty` applies it in every way that the inventory leaves open; `verdicts`, `guards` and `findings` say what is
dangerous about the result; `report` puts all of it together for each repository, `reports` renders it.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
"""
