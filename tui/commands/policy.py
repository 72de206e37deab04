"""`gatelight policy`: the least that AWS and FusionAuth must allow for a profile."""

import json
from dataclasses import replace
from typing import Any

import click

from services.aws.permissions import ANY, Permission, Place, permissions
from services.aws.policy_document import policy_document
from services.errors import GatelightError
from services.fusionauth.key_permissions import endpoints, needed_permissions
from services.fusionauth.preflight import Permission as KeyPermission
from services.profile.store import load_profile
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
    try:
        place = known_place(named, sandbox_name)
    except GatelightError as error:
        place = Place(region=named.profile.aws.region or ANY)
        if not account:
            output.talk(f"The account is not known, so the policy holds for any ({harmless(error.message)})")
    place = replace(place, account=account or place.account, region=region or place.region, api=api)
    needed = [each for each in permissions(named.name, named.profile.aws, place) if each.reads or not read_only]
    key = [each for each in needed_permissions(named.profile.fusionauth) if each.method == "GET" or not read_only]
    document = policy_document(needed)
    if as_json:
        output.document(_document(document, needed, key))
        return 0
    output.line(json.dumps(document, indent=2))
    _explain(output, needed, key)
    return 0


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
