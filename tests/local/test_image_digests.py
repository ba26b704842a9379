"""Images of the embedded AWS, listed as an adoption lists them."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from local.registry_caller import RegistryCaller, client
from shared_ecr.client.aws.clients import AwsClients
from shared_ecr.client.aws.registry.image_digests import list_digests
from shared_ecr.local import LocalAws, environment_under
from shared_ecr.model.names import Region

HERE = Region("us-east-1")


@pytest.fixture
def clients(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsClients]:
    for name, value in environment_under(aws, {}).items():
        monkeypatch.setenv(name, value)
    with closing(AwsClients()) as made:
        yield made


def test_each_image_counts_once_whatever_its_tags(aws: LocalAws, clients: AwsClients) -> None:
    with client(aws, "ecr", account=str(aws.account)) as ecr:
        for name in ("count/two", "count/none"):
            ecr.create_repository(repositoryName=name)
    with RegistryCaller.logged_in(aws) as caller:
        for tag, content in (("v1", b"one"), ("latest", b"one"), ("v2", b"two")):
            caller.push_image("count/two", tag, content)
    listed = list_digests(clients, HERE, ("count/two", "count/none", "count/absent"))
    found = {name: len(digests) for name, digests in listed.by_repository.items()}
    assert (found, listed.unread) == ({"count/none": 0, "count/two": 2}, ())
