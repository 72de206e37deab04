"""AWS's regions and partitions as botocore knows them (its data file `partitions`), and the consoles they belong to.

New regions appear before botocore hears of them: a region that only fits its partition's pattern is possible, and one
that fits none is not.
"""

import difflib
import functools
import re
from dataclasses import dataclass
from typing import Any

from services.errors import ConfigurationError

# The consoles' hosts, each below the region: AWS documentation of the partitions China, GovCloud (US) and European
# Sovereign Cloud. Others have none that is public.
_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
    "aws-eusc": "console.amazonaws-eusc.eu",
}


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of AWS with accounts of its own. `suffixes` are the domains its endpoints live in."""

    name: str
    pattern: str
    regions: tuple[str, ...]
    suffixes: tuple[str, ...]


@functools.cache
def loader() -> Any:
    """Botocore's reader of its data files; one for all, because it keeps what it has read."""
    from botocore.loaders import create_loader

    return create_loader()


@functools.cache
def partitions() -> tuple[Partition, ...]:
    """Every partition."""
    return tuple(
        Partition(
            item["id"],
            item["regionRegex"],
            tuple(name for name in item["regions"] if not name.endswith("-global")),
            tuple({item["outputs"]["dnsSuffix"], item["outputs"]["dualStackDnsSuffix"]}),
        )
        for item in loader().load_data("partitions")["partitions"]
    )


def known_regions() -> tuple[str, ...]:
    """Every region that botocore knows, by partition, AWS's own first."""
    return tuple(region for partition in partitions() for region in partition.regions)


def partition_of(region: str) -> Partition | None:
    """The partition a region belongs to, or would belong to by its name; None for what is no region's name."""
    for partition in partitions():
        if region in partition.regions:
            return partition
    return next((one for one in partitions() if re.fullmatch(one.pattern, region)), None)


def check_region(region: str) -> str:
    """A remark on a region that botocore does not know, empty for one that it does.

    Raises ConfigurationError, with the nearest that there is, for what can be no region.
    """
    if region in known_regions():
        return ""
    nearest = nearest_region(region)
    hint = f'Did you mean "{nearest}"?' if nearest else "Give one like us-east-1."
    if partition_of(region) is None:
        raise ConfigurationError(f'AWS has no region "{region}".', hint)
    return f'This boto3 does not know the region "{region}", which may be new. {hint if nearest else ""}'.rstrip()


def nearest_region(region: str) -> str:
    """The known region most like the given one; empty where none is."""
    near = difflib.get_close_matches(region.lower(), known_regions(), n=1, cutoff=0.7)
    return near[0] if near else ""


def console_url(region: str, path: str) -> str:
    """A page of the AWS console; empty where the region's partition has no public one."""
    partition = partition_of(region)
    host = _CONSOLES.get(partition.name) if partition else None
    return f"https://{region}.{host}/{path}" if host else ""


def is_awss_own(host: str) -> bool:
    """Whether an endpoint's host is one of AWS's."""
    return any(host.endswith(f".{suffix}") for partition in partitions() for suffix in partition.suffixes)
