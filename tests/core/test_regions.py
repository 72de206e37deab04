"""Regions are held against what botocore knows: what cannot be one is refused, what may be new is remarked on."""

import pytest

from services.aws.regions import check_region, console_url, known_regions, partition_of
from services.errors import ConfigurationError


@pytest.mark.parametrize(
    ("region", "partition", "console"),
    [
        ("eu-central-1", "aws", "https://eu-central-1.console.aws.amazon.com/x"),
        ("cn-north-1", "aws-cn", "https://cn-north-1.console.amazonaws.cn/x"),
        ("us-gov-west-1", "aws-us-gov", "https://us-gov-west-1.console.amazonaws-us-gov.com/x"),
        ("eusc-de-east-1", "aws-eusc", "https://eusc-de-east-1.console.amazonaws-eusc.eu/x"),
        ("us-iso-east-1", "aws-iso", ""),
        ("us-future-9", "aws", "https://us-future-9.console.aws.amazon.com/x"),
    ],
)
def test_a_region_belongs_to_a_partition_with_its_console(region: str, partition: str, console: str) -> None:
    found = partition_of(region)
    assert found is not None
    assert found.name == partition
    assert console_url(region, "x") == console


def test_what_cannot_be_a_region_is_refused_and_what_may_be_new_is_remarked_on() -> None:
    assert check_region("us-east-1") == ""
    assert not any(region.endswith("global") for region in known_regions())
    for region, hint in (("eu-central1", 'Did you mean "eu-central-1"?'), ("Ireland", "like us-east-1")):
        with pytest.raises(ConfigurationError, match=f'AWS has no region "{region}"') as raised:
            check_region(region)
        assert hint in raised.value.fix
    assert 'does not know the region "eu-cental-1"' in check_region("eu-cental-1")
    assert 'Did you mean "eu-central-1"?' in check_region("eu-cental-1")
