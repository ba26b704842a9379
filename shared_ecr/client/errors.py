"""Refusals of registries, one sentence each."""

from typing import Self

from shared_ecr.errors import RefusedError
from shared_ecr.names import Digest, ImageReference, RegistryHost


class PushRefusedError(RefusedError):
    """The registry answered, and said no to a push."""

    @classmethod
    def immutable_tag(cls, target: ImageReference, held: Digest | str, offered: Digest | str) -> Self:
        """Tell that *target* names another image and may not move."""
        return cls(
            f"{target} already names {held} and its tags are immutable; the image to push is {offered}. "
            "Push it under a new tag"
        )

    @classmethod
    def no_such_repository(cls, host: RegistryHost, repository: str) -> Self:
        """Tell that the repository does not exist there."""
        return cls(
            f"there is no repository {repository} in {host}; declare it in registry.yaml and deploy, "
            "or check the account and Region"
        )

    @classmethod
    def denied(cls, host: RegistryHost, repository: str, step: str) -> Self:
        """Tell that the caller lacks the permission for *step*."""
        return cls(
            f"{host} refused to {step} in {repository}: the caller's policy and the repository's must both allow "
            "it; a push needs ecr:GetAuthorizationToken, ecr:BatchCheckLayerAvailability, ecr:InitiateLayerUpload, "
            "ecr:UploadLayerPart, ecr:CompleteLayerUpload, ecr:PutImage and ecr:BatchGetImage"
        )


class LoginRefusedError(RefusedError):
    """A registry does not accept the credentials."""

    @classmethod
    def by(cls, host: RegistryHost) -> Self:
        """Tell that *host* refused even freshly fetched credentials."""
        return cls(f"{host} does not accept the credentials; a token of another Region or account is refused like this")


class CommentRefusedError(RefusedError):
    """A forge does not let the token write, or show, a comment."""
