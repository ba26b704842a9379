"""What the core copies from botocore, because it may not import it, is still what botocore says."""

import json
from pathlib import Path

import botocore.session

from shared_ecr.model.names.partitions import PARTITIONS


def test_every_region_of_ecr_is_known() -> None:
    session = botocore.session.get_session()
    known = {(partition.name, region) for partition in PARTITIONS for region in partition.regions}
    reported = {
        (partition, region)
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("ecr", partition)
    }
    assert reported - known == set()


def test_every_partition_has_the_host_suffix_botocore_uses() -> None:
    reported = {}
    for partition in json.loads((Path(botocore.__file__).parent / "data/partitions.json").read_bytes())["partitions"]:
        reported[partition["id"]] = partition["outputs"]["dnsSuffix"]
    assert {partition.name: partition.dns_suffix for partition in PARTITIONS} == reported
