"""Refusals of registries, one sentence each."""

from typing import Self

from shared_ecr.client.registries import backend_of, login_advice
from shared_ecr.findings.errors import RefusedError
from shared_ecr.model.names import Digest, ImageReference, RegistryHost
from shared_ecr.text.patterns import LazyPattern

# How AWS names the caller and the action: `User: ARN is not authorized to perform: ACTION on resource: ARN because
# WHY`, or `… with an explicit deny in a service control policy`.
_NOT_AUTHORIZED = LazyPattern(
    r"(?:User: \S+?:(?:assumed-)?(?P<kind>role|user|root|federated-user)(?:/(?P<name>[^/\s]+))?\S* )?"
    r"is not authorized to perform: (?P<action>[a-z-]+:[A-Za-z]+)"
    r"(?:.*? (?:because |(?=with an explicit deny))(?P<why>[^.]+))?"
)


class PushRefusedError(RefusedError):
    """The registry answered, and said no to a push."""

    @classmethod
    def immutable_tag(cls, target: ImageReference, held: Digest | str, offered: Digest | str) -> Self:
        """Say that *target* names another image and may not move."""
        return cls(
            f"{target} already names {held} and its tags are immutable; the image to push is {offered}. "
            "Push it under a new tag"
        )

    @staticmethod
    def no_such_repository(host: RegistryHost, repository: str, said: str = "") -> "NoSuchRepositoryError":
        """Say that the repository does not exist there, in the registry's words where it *said* any, and the cure."""
        if host.ecr is None:
            cure = "create it there, or check the name and whether the login may see it"
        else:
            cure = (
                "declare it in registry.yaml and deploy, check the account and Region, or let the push create it "
                "(--create)"
            )
        because = f": {said}" if said else ""
        return NoSuchRepositoryError(f"there is no repository {repository} in {host}{because}; {cure}")

    @classmethod
    def denied(  # noqa: PLR0913 — each is a part of the sentence
        cls, host: RegistryHost, repository: str, step: str, *, action: str = "", said: str = "", logged_in: bool = True
    ) -> Self:
        """Say that the caller lacks the permission for *step*, which takes *action*; *said* is the registry's word.

        ECR's word mostly names the caller, the action and the policy that decided; then those are the message.
        """
        backend = backend_of(host)
        if host.ecr is None:
            because = f": {said}" if said else ""
            advice = backend.push_advice if logged_in else f"no login was sent; {login_advice(host)}"
            return cls(f"{host} refused to {step} in {repository}{because}; {advice} [push-denied]")
        match = _NOT_AUTHORIZED.search(said)
        who = f"{match['kind']} '{match['name']}'" if match and match["name"] else "the caller"
        may_not = match["action"] if match else action
        what = (
            f"may not {may_not} on {repository} in {host}" if may_not else f"may not {step} in {repository} in {host}"
        )
        why = (match["why"] or "").strip() if match else said
        why = why or "the caller's policy and, across accounts, the repository's too must allow it"
        return cls(f"{who} {what}: {why}; {backend.push_advice} [push-denied]")


class NoSuchRepositoryError(PushRefusedError):
    """The repository does not exist, and nothing will create it."""


class LoginRefusedError(RefusedError):
    """A registry does not accept the credentials."""

    def __init__(self, message: str, said: str = "") -> None:
        super().__init__(message)
        self.said = said
        """The registry's own words; empty where it said nothing."""

    @classmethod
    def by(cls, host: RegistryHost, what: str = "the credentials", *, said: str = "") -> Self:
        """Say that *host* does not accept *what*, not even freshly fetched; *said* are its own words."""
        because = f": {said}" if said else ""
        return cls(f"{host} does not accept {what}{because}; {backend_of(host).refusal_advice}", said)

    @classmethod
    def without_a_login(cls, host: RegistryHost, said: str) -> Self:
        """Say that *host* gives nothing without a login, and that none was sent."""
        because = f": {said}" if said else ""
        return cls(f"{host} gives nothing without a login{because}; no login was sent; {login_advice(host)}", said)

    @classmethod
    def without_a_way(cls, host: RegistryHost, said: str) -> Self:
        """Say that *host* wants a login, and names no way to log in that is known here."""
        return cls(f"{host} requires a login of a kind that is not supported; Basic and Bearer are: {said}", said)


class CommentRefusedError(RefusedError):
    """A forge refuses the token: it may not read or write this comment."""
