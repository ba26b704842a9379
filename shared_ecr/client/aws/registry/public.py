"""Read the public repositories of the account, which are in us-east-1 whatever Region is asked."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from shared_ecr.client.aws.clients import AwsClients
from shared_ecr.client.aws.page_tokens import PageTokens
from shared_ecr.client.aws.registry.asking import PacedQuestions
from shared_ecr.client.aws.registry.spelling import own_tags, pascal, stack_of
from shared_ecr.documents.json_text import json_or_text
from shared_ecr.documents.live import LiveResource
from shared_ecr.documents.live.live_registry import PUBLIC_REPOSITORY
from shared_ecr.model.names import Region
from shared_ecr.model.settings.public_repositories import HOME

if TYPE_CHECKING:
    from shared_ecr.documents.json_text import Json

_CATALOG = (
    *(("description", "RepositoryDescription"), ("architectures", "Architectures")),
    *(("operatingSystems", "OperatingSystems"), ("aboutText", "AboutText"), ("usageText", "UsageText")),
)


def read_public(clients: AwsClients, questions: PacedQuestions, region: Region) -> Iterator[LiveResource]:
    """Yield the public repositories; none where *region* is not that of the gallery."""
    if region != HOME:
        return
    client = clients.service("ecr-public", region)
    token: str | None = None
    tokens = PageTokens("ecr-public:DescribeRepositories")
    while True:
        asked = partial(client.describe_repositories, **({"nextToken": token} if token else {}))
        answer = questions.ask("ecr-public:DescribeRepositories", asked)
        for about in answer.get("repositories", []) if answer else []:
            yield _read(client, questions, about)
        token = tokens.following(answer) if answer else None
        if not token:
            return


def _read(client: Any, questions: PacedQuestions, about: dict[str, Any]) -> LiveResource:
    name = about["repositoryName"]

    def ask(action: str, call: Any, *absent: str, **arguments: str) -> Any:
        return questions.ask(
            f"ecr-public:{action}", partial(call, **arguments), repository=name, absent=frozenset(absent)
        )

    policy = ask(
        "GetRepositoryPolicy", client.get_repository_policy, "RepositoryPolicyNotFoundException", repositoryName=name
    )
    catalog = ask(
        "GetRepositoryCatalogData",
        client.get_repository_catalog_data,
        "RepositoryCatalogDataNotFoundException",
        repositoryName=name,
    )
    listed = ask("ListTagsForResource", client.list_tags_for_resource, resourceArn=about["repositoryArn"])
    tags = listed["tags"] if listed else []
    properties: dict[str, Json] = {"RepositoryName": name}
    shown = catalog["catalogData"] if catalog else {}
    if held := {written: pascal(shown[key]) for key, written in _CATALOG if shown.get(key)}:
        properties["RepositoryCatalogData"] = held
    if policy:
        properties["RepositoryPolicyText"] = json_or_text(policy["policyText"])
    if own := own_tags(tags):
        properties["Tags"] = own
    return LiveResource(
        PUBLIC_REPOSITORY,
        properties,
        owner=stack_of(tags),
        policy_text=policy["policyText"] if policy else None,
    )
