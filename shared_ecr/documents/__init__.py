"""From bytes to values that know their place: YAML (`yaml`, `nodes`), strict JSON (`json_text`) and policy faults.

`live` is the document of what a live registry holds. Nothing else here knows what a document means: `declaration`,
`access` and `review` read their own documents with it.
"""
