"""What the extensions answer to a request: a document, or an error with AWS's code and words."""

from collections.abc import Callable, Sequence
from typing import Any

from ministack.core.responses import AccountRegionScopedDict, error_response_json, json_response

from shared_ecr.local.hooks import Reply

# A document of AWS's wire: what a request asks, what a reply says.
RequestBody = dict[str, Any]
# An operation that the extensions serve.
Operation = Callable[[RequestBody], RequestBody]

_STORES: list[Any] = []


class ServiceError(Exception):
    """A refusal of the emulated service, with AWS's error code."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)

    @classmethod
    def invalid(cls, member: str, constraint: str) -> "ServiceError":
        """Refuse a parameter in ECR's words.

        They are printed in https://github.com/int128/create-ecr-repository-action/issues/231 and its likes.
        """
        message = f"Invalid parameter at '{member}' failed to satisfy constraint: '{constraint}'"
        return cls("InvalidParameterException", message)

    @classmethod
    def validation(cls, message: str) -> "ServiceError":
        """Refuse what breaks a rule of the newer operations, which have a code of their own for it."""
        return cls("ValidationException", message)

    def reply(self) -> Reply:
        """Render the error."""
        rendered: Reply = error_response_json(self.code, self.message, 400)
        return rendered


def reply(document: RequestBody) -> Reply:
    """Render *document* as a success."""
    rendered: Reply = json_response(document)
    return rendered


def new_store() -> Any:
    """Return a new store that keeps accounts and Regions apart, and is emptied with all others."""
    store = AccountRegionScopedDict()
    _STORES.append(store)
    return store


def empty_stores() -> None:
    """Forget everything the extensions hold."""
    for store in _STORES:
        store.clear()


def page(key: str, items: Sequence[object], request: RequestBody, largest: int) -> RequestBody:
    """Return the page of *items* that *request* asks for; its tokens count what was shown before.

    Raises:
        ServiceError: the token is not one that was given out.
    """
    token = request.get("nextToken", "0")
    if not token.isdigit() or int(token) > len(items):
        raise ServiceError.invalid("nextToken", "must be a token that a reply contained")
    first = int(token)
    last = first + int(request.get("maxResults") or largest)
    return {key: list(items[first:last])} | ({"nextToken": str(last)} if last < len(items) else {})
