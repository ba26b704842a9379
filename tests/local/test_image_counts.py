"""Images of the embedded AWS, counted as an adoption counts them."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from local.registry_caller import RegistryCaller, client
from shared_ecr.client.aws.clients import AwsClients
from shared_ecr.client.aws.registry.image_counts import count_images
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
    counted = count_images(clients, HERE, ("count/two", "count/none", "count/absent"))
    assert (dict(counted.by_repository), counted.unread) == ({"count/none": 0, "count/two": 2}, ())
