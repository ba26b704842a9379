"""Vulnerabilities that ECR or Amazon Inspector found in images, and whether an image passes a gate.

`severities` and `statuses` hold AWS's words and what each means here; `vulnerability` is one finding of a scan, `scans`
the result for an image, `gate` the decision. `gate_text`, `gate_json` and `gate_sarif` print it. Who asks AWS is
`client.scanning`.
"""
