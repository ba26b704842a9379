"""HTTP to one registry: connections kept, logins answered, faults repeated; nothing here knows what an image is.

From the top down: `connections` puts it together, `exchange` asks one question, `logins` and `challenges` say who
asks, `endpoints` says where, `retries` how often, `transport` and `egress` carry it. `workers` are the threads.
"""
