"""What registries accept for a login, and where it comes from; in memory, and never printed.

`interface` says what a source of credentials is; each other module is one.

docker's file is `docker_config` (read) and `docker_config_edits` (changed), over `json_files`, `locks` and
`private_files`. ECR's tokens are asked for in `issuing`; on disk, for docker's credential helper alone, they are
`token_cache` (read, and light to import), `token_files` (written) and `cached_tokens` (who asks when), by `identity`.
"""
