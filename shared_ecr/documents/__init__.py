"""From bytes to values with their places: YAML (`yaml`, `nodes`), strict JSON (`json_text`) and policy faults.

`live` is the document of what a live registry holds. Nothing else here depends on the meaning of a document:
`declaration`, `access` and `review` read their own documents with it.
"""
