"""Docker Hub: three names for one registry, `library/` left out, a token service of another name, and pull limits.

https://docs.docker.com/reference/api/registry/auth/, https://docs.docker.com/docker-hub/usage/pulls/
"""

from shared_ecr.client.registries.interface import Mounting
from shared_ecr.model.names import RegistryHost, RepositoryName
from shared_ecr.model.names.references import docker_hub_path, parse_repository
from shared_ecr.model.names.registry_host import DOCKER_HUB_ADDRESS
from shared_ecr.text.patterns import LazyPattern


class DockerHub:
    """The registry of docker's own names."""

    name = "Docker Hub"
    is_ecr = False
    mounting = Mounting.ALWAYS
    # `docker.io` itself is a web site.
    address = RegistryHost(DOCKER_HUB_ADDRESS)
    token_services = LazyPattern(r"auth\.docker\.io")
    aws_logins = None
    largest_layer = None
    login_advice = (
        "log in by 'shared-ecr login docker.io --username NAME --password-stdin', 'docker login' or 'podman login "
        "docker.io'; an access token of the account or of the organization is the password"
    )
    refusal_advice = (
        "where an account has two-factor authentication or belongs to an organization that wants it, only an access "
        "token is a password"
    )

    # https://docs.docker.com/security/access-tokens/
    push_advice = (
        "the account has to be the owner, a collaborator or a member with 'Read & Write' there, and an access token "
        "has to have been made with 'Read & Write'"
    )

    def serves(self, host: RegistryHost) -> bool:
        """Whether *host* is one of the three names, with or without the port that is usual."""
        return host.is_docker_hub

    def repository(self, host: RegistryHost, text: str) -> RepositoryName:
        """Read a name; one without an owner is an official image."""
        return RepositoryName(docker_hub_path(parse_repository(host, text).text))
