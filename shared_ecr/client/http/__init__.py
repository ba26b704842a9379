"""HTTP to one registry: connections kept, logins answered, faults repeated; nothing here knows what an image is.

From the top down: `connections` puts it together, `exchange` asks one question, `logins`, `challenges` and
`token_services` say who asks, `endpoints` says where, `retries` how often and `limits` when not at all, `transport` and
`egress` carry it. `workers` are the threads.
"""
