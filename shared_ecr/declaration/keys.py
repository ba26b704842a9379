"""The keys of a declaration, apart from their readers, which take long to import."""

VERSION = 1
KEYS = (
    *("version", "organization", "accounts", "registry", "defaults", "profiles", "include", "repositories"),
    *("public_repositories", "environments", "ci_roles", "builds", "mirrors", "acknowledged", "ignore"),
)
