"""Who may do what to a repository, and who now may: IAM's logic for ECR, evaluated exactly and offline.

The way of the data: `json_texts` and `reading` make a `documents.Policy`; `evaluation` decides a `requests.Request` of
a `callers.Caller` about it; `matrix` asks for every principal that a policy or the declaration names, and for unknown
accounts; `changes` asks for every class of requests that two policies distinguish; `lint` judges a policy by itself.
Nothing here knows a network, a clock or AWS's SDK.
"""
