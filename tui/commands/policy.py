"""`gatelight policy`: the least that AWS and FusionAuth must allow for a profile."""

import json
import re
from dataclasses import replace
from typing import Any

import click

from services.aws.permissions import ANY, Permission, Place, permissions
from services.aws.policy_document import policy_document
from services.aws.regions import check_region, partition_of
from services.errors import GatelightError
from services.fusionauth.key_permissions import endpoints, needed_permissions
from services.fusionauth.preflight import Permission as KeyPermission
from services.profile.store import NamedProfile, load_profile
from tui.commands.options import json_option, place_options
from tui.commands.output import Output
from tui.safe import harmless
from tui.wiring import known_place


@click.command()
@click.option("--read-only", is_flag=True, help="Only what looking takes: plan, status, doctor, orphans.")
@click.option("--account", metavar="ID", help="The account's number, if not that of the credentials.")
@click.option("--region", metavar="NAME", help="The region, if not the profile's.")
@click.option("--api", default=ANY, metavar="ID", help="Allow changes of this API only (after up).")
@place_options
@json_option
def policy(
    read_only: bool,
    account: str | None,
    region: str | None,
    api: str,
    profile_name: str,
    sandbox_name: str,
    as_json: bool,
) -> int:
    """Print the IAM policy that is just enough for this profile, and what its FusionAuth key must be allowed.

    The policy goes to standard output: gatelight policy > gatelight.json
    aws iam create-policy --policy-name gatelight --policy-document file://gatelight.json
    """
    output = Output(as_json)
    named = load_profile(profile_name)
    place = _place(output, named, sandbox_name, account, region, api)
    needed = [each for each in permissions(named.name, named.profile.aws, place) if each.reads or not read_only]
    key = [each for each in needed_permissions(named.profile.fusionauth) if each.method == "GET" or not read_only]
    document = policy_document(needed)
    if as_json:
        output.document(_document(document, needed, key))
        return 0
    output.line(json.dumps(document, indent=2))
    _explain(output, needed, key)
    return 0


def _place(
    output: Output, named: NamedProfile, sandbox_name: str, account: str | None, region: str | None, api: str
) -> Place:
    """Where the policy holds: as the options say, else as the credentials do, else anywhere."""
    if account and not re.fullmatch(r"\d{12}", account):
        raise click.BadParameter(f'"{account}" is no account: it has twelve digits.', param_hint="--account")
    if api != ANY and not re.fullmatch(r"[a-z0-9]{1,32}", api):
        raise click.BadParameter(
            f'"{api}" is no id of an API: letters and digits, like a1b2c3d4e5.', param_hint="--api"
        )
    if region and (remark := check_region(region)):
        output.talk(remark)
    found = Place(region=named.profile.aws.region or ANY)
    if not (account and region):
        try:
            found = known_place(named, sandbox_name)
        except GatelightError as error:
            unknown = [
                what for what, given in (("account", account), ("region", region or found.region != ANY)) if not given
            ]
            if unknown:
                named_so = " and ".join(unknown)
                output.talk(f"Not known: the {named_so}. The policy holds for any. ({harmless(error.message)})")
    region = region or found.region
    partition = partition_of(region)
    return replace(
        found,
        account=account or found.account,
        region=region,
        partition=partition.name if partition else found.partition,
        api=api,
    )


def _document(policy: dict[str, Any], needed: list[Permission], key: list[KeyPermission]) -> dict[str, Any]:
    return {
        "policy": policy,
        "statements": [{"sid": each.sid, "reason": each.reason, "reads": each.reads} for each in needed],
        "fusionauth": {
            "endpoints": endpoints(key),
            "permissions": [
                {
                    "endpoint": each.endpoint,
                    "method": each.method,
                    "purpose": each.purpose,
                    "global_key_only": each.global_only,
                }
                for each in key
            ],
        },
    }


def _explain(output: Output, needed: list[Permission], key: list[KeyPermission]) -> None:
    output.talk("\nWhat each statement is for:")
    for permission in needed:
        output.talk(f"  {permission.sid:16} {permission.reason}")
    output.talk("\nThe FusionAuth API key (Settings → API Keys, without a tenant) needs:")
    for each in key:
        output.talk(f"  {each.method:7} {each.endpoint:24} {each.purpose}")
    output.talk("  Key manager is wished for: then Gatelight makes a key of its own that may only log users in.")
