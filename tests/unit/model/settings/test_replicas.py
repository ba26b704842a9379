from shared_ecr.model.encryption import Aes256, AwsKey, DualLayer, Encryption, NamedKey, StackKey, at_destination
from shared_ecr.model.names import AccountId, EcrRegistry, Region, RepositoryName
from shared_ecr.model.repositories import RepositorySpec
from shared_ecr.model.settings import SettingsSpec
from shared_ecr.model.settings.creation_templates import TEMPLATES, AppliedFor, CreationTemplate, TemplatePrefix
from shared_ecr.model.settings.registry_policy import REPLICATION_SOURCES
from shared_ecr.model.settings.replicas import Replicas, replicas
from shared_ecr.model.settings.replication import REPLICATION, Destination, NamePrefix, Replication, ReplicationRule
from shared_ecr.model.settings.scanning import SCANNING

SOURCE = EcrRegistry(AccountId("111111111111"), Region("us-east-1"))
THERE = Destination(AccountId("222222222222"), Region("eu-west-1"))
KEY = NamedKey.parse("arn:aws:kms:us-east-1:111111111111:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0")


def spec(name: str, encryption: Encryption | None = None, **tags: str) -> RepositorySpec:
    return RepositorySpec(RepositoryName(name), encryption=encryption or Aes256(), tags=tuple(sorted(tags.items())))


def received(
    *specs: RepositorySpec,
    prefixes: tuple[str, ...] = (),
    templates: tuple[CreationTemplate, ...] = (),
    destination: Destination = THERE,
) -> Replicas:
    rule = ReplicationRule((destination,), tuple(map(NamePrefix, prefixes)))
    return replicas(
        SOURCE,
        specs,
        SettingsSpec(REPLICATION.holding(Replication((rule,))), TEMPLATES.holding(templates)),
        destination,
    )


def template(prefix: str, *occasions: AppliedFor, encryption: Encryption | None = None) -> CreationTemplate:
    return CreationTemplate(TemplatePrefix(prefix), frozenset(occasions), spec("any/name", encryption, of="template"))


def test_what_is_copied_is_declared_at_the_destination_as_at_the_source() -> None:
    copied = spec("team/app", owner="team")

    assert received(copied, spec("other/app"), prefixes=("team/",)).repositories == (copied,)


def test_a_key_of_the_sources_region_becomes_the_key_of_the_destinations_stack() -> None:
    [replica] = received(spec("team/app", KEY)).repositories

    assert replica.encryption == StackKey()


def test_every_other_encryption_stays_what_it_is() -> None:
    kinds: list[Encryption] = [Aes256(), StackKey(), AwsKey(), DualLayer(StackKey()), DualLayer(AwsKey())]

    assert [at_destination(each) for each in kinds] == kinds


def test_two_layers_stay_two_layers_under_the_destinations_key() -> None:
    assert at_destination(DualLayer(KEY)) == DualLayer(StackKey())


def test_a_namespace_whose_repositories_are_alike_has_a_template_with_their_rules() -> None:
    [made] = received(spec("team/app", owner="team"), spec("team/other", owner="team")).settings[TEMPLATES]

    assert (made.prefix.text, made.applied_for) == ("team", frozenset({AppliedFor.REPLICATION}))
    assert made.repository.tags == (("owner", "team"),)


def test_a_namespace_whose_repositories_differ_has_none() -> None:
    assert received(spec("team/app"), spec("team/other", owner="team")).settings[TEMPLATES] == ()


def test_a_name_without_a_namespace_has_no_template() -> None:
    assert received(spec("app")).settings[TEMPLATES] == ()


def test_what_the_source_makes_from_a_template_is_made_at_the_destination_from_the_same() -> None:
    source = template("cache", AppliedFor.PULL_THROUGH_CACHE)

    [made] = received(templates=(source,)).settings[TEMPLATES]

    assert (made.prefix, made.applied_for) == (source.prefix, frozenset({AppliedFor.REPLICATION}))
    assert made.repository == source.repository


def test_a_template_of_names_that_are_not_copied_stays_at_the_source() -> None:
    assert (
        received(templates=(template("cache", AppliedFor.CREATE_ON_PUSH),), prefixes=("team/",)).settings[TEMPLATES]
        == ()
    )


def test_a_template_for_everything_is_not_carried_to_another_registry() -> None:
    assert received(templates=(template("ROOT", AppliedFor.CREATE_ON_PUSH),)).settings[TEMPLATES] == ()


def test_a_declared_template_wins_over_that_of_its_namespace() -> None:
    declared = template("team", AppliedFor.REPLICATION)

    [made] = received(spec("team/app"), templates=(declared,)).settings[TEMPLATES]

    assert made.repository == declared.repository


def test_another_account_lets_the_source_write_what_it_replicates() -> None:
    [source] = received(spec("team/app"), prefixes=("team/",)).settings[REPLICATION_SOURCES]

    assert (source.account, source.prefixes) == (SOURCE.account, ("team/",))


def test_within_an_account_replication_needs_no_permission() -> None:
    own = Destination(SOURCE.account, Region("us-west-2"))

    assert received(spec("team/app"), destination=own).settings[REPLICATION_SOURCES] == ()


def test_replicas_are_scanned_as_their_source() -> None:
    assert received(spec("team/app")).settings[SCANNING] == SettingsSpec()[SCANNING]
