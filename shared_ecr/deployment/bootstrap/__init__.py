"""What accounts need before and around the registry: bootstrap stacks, deployment permissions, consumers, grantees.

Everything here is rendered from the declaration and the synthesized assembly, and nothing calls AWS. Read
`environments` (which accounts and Regions a deployment reaches), `commands` (how each is bootstrapped),
`toolkit_template` (the hardened template of CDK), `execution_policy` (what CloudFormation may do),
`identity_policies` and `consumer_templates` (what the other side of a grant needs), and `readiness` (what a look at
the accounts found).
"""
