import json

import pytest

from live_registries import policy, registry, registry_policy, repository, statement
from shared_ecr.documents.live import DeniedRead, LiveRegistry, is_live, parse_document, render_document, render_text
from shared_ecr.documents.live.logical_ids import logical_id
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.settings.account_settings import CALLED_SETTING

WHOLE = registry(
    repository(
        "team/app", policy(statement({"AWS": "222222222222"})), owner="shared-ecr", Tags=[{"Key": "a", "Value": "b"}]
    ),
    repository("plain"),
    registry_policy(policy(statement({"AWS": "222222222222"}, "ecr:ReplicateImage", Resource="*"))),
    unread=(DeniedRead("plain", "ecr:GetLifecyclePolicy", "denied"),),
)
# What CDK makes of the golden declarations: tests/templates/golden.
LOGICAL_IDS = {
    ("AWS::ECR::Repository", "team/app"): "Repositoriesteamapp862249B0",
    ("AWS::ECR::Repository", "a--b"): "RepositoriesabAF44F10F",
    ("AWS::ECR::Repository", "my.app"): "RepositoriesmyappE8A47892",
    ("AWS::ECR::RegistryPolicy", ""): "SettingsPolicy9D19D575",
    ("AWS::ECR::ReplicationConfiguration", ""): "SettingsReplication1BF15685",
    ("AWS::ECR::RegistryScanningConfiguration", ""): "SettingsScanning3A885361",
    ("AWS::ECR::SigningConfiguration", ""): "SettingsSigningConfigurationA52606BD",
    ("AWS::ECR::PullThroughCacheRule", "cached/docker-hub"): "SettingsPullThroughCacheRulescacheddockerhub704D22DE",
    ("AWS::ECR::RepositoryCreationTemplate", "ROOT"): "SettingsCreationTemplatesROOTFC7ADBC4",
    ("AWS::ECR::RepositoryCreationTemplate", "named/role"): None,
    ("AWS::ECR::PullTimeUpdateExclusion", "arn:aws:iam::111111111111:role/security/scanner"): (
        "SettingsPullTimeExclusionsarnawsiam111111111111rolesecurityscannerF95E20F2"
    ),
    (CALLED_SETTING.type, "BLOB_MOUNTING"): "SettingsCallsBLOBMOUNTINGD165D23C",
    ("AWS::ECR::PublicRepository", "tools/cli"): "PublicRepositoriestoolscli2CFABD9E",
}


@pytest.mark.parametrize(("named", "expected"), [pair for pair in LOGICAL_IDS.items() if pair[1]])
def test_a_logical_id_is_that_of_a_declared_resource(named: tuple[str, str], expected: str) -> None:
    assert logical_id(*named) == expected


def test_what_was_written_is_read() -> None:
    assert parse_document(render_text(WHOLE), "live.json") == WHOLE


def test_equal_registries_have_equal_texts() -> None:
    assert render_text(parse_document(render_text(WHOLE), "live.json")) == render_text(WHOLE)


def test_a_document_says_what_it_is() -> None:
    assert is_live(render_document(WHOLE))
    assert not is_live({"Resources": {}})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("[]", "no Metadata"),
        ('{"Resources": {}}', "no Metadata"),
        ("[" * 100_000, "not JSON"),
        (
            json.dumps({**render_document(WHOLE), "Metadata": {"shared-ecr": {"live": {"format": 9}}}}),
            "its format is 9",
        ),
        (json.dumps({"Metadata": {"shared-ecr": {"live": {"format": 1}}}, "Resources": {}}), "a part is missing"),
        (json.dumps({**render_document(WHOLE), "Resources": {"A": 1}}), "does not have Type, Properties"),
        ('{"Metadata": {}, "Metadata": {}}', "the key 'Metadata' is there twice"),
    ],
)
def test_another_document_is_refused_with_how_to_make_one(text: str, why: str) -> None:
    with pytest.raises(InvalidValueError, match="snapshot --save") as caught:
        parse_document(text, "live.json")
    assert why.lower() in str(caught.value).lower()


def test_a_part_that_was_denied_is_known() -> None:
    live: LiveRegistry = WHOLE
    assert live.is_unread("plain", "ecr:GetLifecyclePolicy")
    assert not live.is_unread("team/app")
