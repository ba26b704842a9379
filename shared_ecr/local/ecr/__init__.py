"""What MiniStack's ECR does not have: the settings of a registry, their validation, templates that a push applies.

`operations` is the way of a request; each other module is one thing of the registry with its operations. `shapes`,
`policies` and `lifecycle_texts` say what AWS would refuse, `answers` how it says so.
"""
