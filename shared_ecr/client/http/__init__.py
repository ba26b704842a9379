"""HTTP to one registry: connections kept, logins answered, faults repeated; nothing here knows what an image is.

From the top down: `environment` puts it together, `exchange` asks one question, `logins`, `challenges` and
`token_services` say who asks, `endpoints` says where, `retries` how often and `limits` when not at all. `transport`
keeps connections, `connection` sends one request, `response_parser` and `timed_reader` read its answer,
`secure_connections` adds TLS and proxies, `connection_faults` says what broke. `workers` are the threads.
"""
