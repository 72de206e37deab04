"""The line commands one after the other, against one running sandbox, as a person or a script uses them."""

import json

import boto3
import pytest
import requests

from services.provisioning.ledger_file import LedgerFile
from tests.commands.conftest import Running
from tests.commands.terminal import SECONDS


def test_plan_before_anything_exists_creates_everything_and_changes_the_issuer(running: Running) -> None:
    planned = {step["id"]: step for step in running.run("plan", "--json").json()["steps"]}
    assert planned["application"]["action"] == "create"
    assert planned["issuer"]["action"] == "change"
    assert planned["issuer"]["changes"] == [
        {"name": "issuer", "old": "acme.com", "new": running.endpoints["public_url"]}
    ]
    assert planned["ready"]["action"] == "later"


def test_up_a_second_time_changes_nothing(provisioned: Running) -> None:
    again = provisioned.run("up", "--json").json()
    assert again["succeeded"] is True
    assert {step["outcome"] for step in again["steps"]} == {"found", "holds"}


def test_beside_another_gatelight_up_refuses_or_waits_for_its_turn(provisioned: Running) -> None:
    ledgers = provisioned.terminal.home / "state" / "ledgers"
    [file] = ledgers.glob("*.json")
    with LedgerFile(file).held("sandbox"):
        refused = provisioned.run("up", "--step", "reach")
        assert refused.code == 2
        assert 'Another Gatelight is working on the profile "sandbox".' in refused.err
        assert "--wait" in refused.err
        waiting = provisioned.terminal.start("up", "--step", "reach", "--wait")
        assert waiting.stderr is not None
        assert "Waiting until it has finished" in waiting.stderr.readline()
    out, err = waiting.communicate(timeout=SECONDS)
    assert waiting.returncode == 0, out + err


def test_status_is_well_when_all_is_in_place(provisioned: Running) -> None:
    ended = provisioned.run("status", "--json")
    assert ended.code == 0
    assert ended.json()["as_it_should"] is True
    assert ended.json()["agreement"]["issuer"]["disagreements"] == []
    assert [place["agrees"] for place in ended.json()["agreement"]["issuer"]["places"]] == [True, True, None, True]


def test_a_piped_token_is_whole_and_works_with_curl(provisioned: Running) -> None:
    token = provisioned.run("token").out.strip()
    url = provisioned.run("up", "--json").json()["steps"][-1]["note"]
    assert requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=10).status_code == 200
    assert requests.get(url, timeout=10).status_code == 401


def test_inspect_accepts_the_profile_s_own_token(provisioned: Running) -> None:
    token = provisioned.run("token").out
    ended = provisioned.run("inspect", "--json", stdin=token)
    assert ended.code == 0
    assert ended.json()["verdict"]["accepted"] is True
    assert ended.json()["claims"]["iss"] == provisioned.endpoints["public_url"]


def test_inspect_needs_no_profile_and_names_every_failing_check(provisioned: Running) -> None:
    token = provisioned.run("token").out
    issuer = provisioned.endpoints["public_url"] + "/"
    ended = provisioned.run("inspect", "--json", "--issuer", issuer, "--audience", "another", stdin=token)
    assert ended.code == 1
    verdict = ended.json()["verdict"]
    failing = {check["id"]: check for check in verdict["checks"] if check["outcome"] == "fail"}
    assert verdict["deciding"] == "issuer"
    assert failing["issuer"]["expected"] == issuer
    assert failing["issuer"]["actual"] == provisioned.endpoints["public_url"]
    assert "issuer does not match" in failing["issuer"]["www_authenticate"]
    assert failing["audience"]["expected"] == "another"


def test_inspect_checks_offline_compares_two_and_reads_many(provisioned: Running) -> None:
    home = provisioned.terminal.home
    issuer = provisioned.endpoints["public_url"]
    first, second = (provisioned.run("token").out.strip() for _ in range(2))
    (home / "second.txt").write_text(f"Authorization: Bearer {second}\n")
    keys = ("--keys", f"{issuer}/.well-known/jwks.json")
    ended = provisioned.run("inspect", "--json", *keys, "--compare", str(home / "second.txt"), stdin=first)
    document = ended.json()
    assert ended.code == 0
    assert document["provider"] == "FusionAuth"
    assert (document["signature"]["outcome"], document["signature"]["kid"]) == ("pass", document["header"]["kid"])
    changes = {change["name"]: change["change"] for change in document["changes"]}
    assert (changes["jti"], changes["iss"]) == ("changed", "same")
    audience = document["claims"]["aud"]
    described = ("--issuer", issuer, "--audience", audience, *keys)
    many = provisioned.run("inspect", "--jsonl", *described, stdin=f"{first}\nopaque\n{second}\n")
    lines = [json.loads(line) for line in many.out.splitlines()]
    assert many.code == 1
    assert [line["verdict"]["accepted"] for line in lines] == [True, False, True]
    told = provisioned.run("inspect", *described, stdin=first).out
    assert "NOT CHECKED" not in told
    assert first.rpartition(".")[2] not in ended.out + many.out + told


def test_a_forged_token_is_refused_by_prediction_and_by_the_gateway(provisioned: Running) -> None:
    header, claims, signature = provisioned.run("token").out.strip().split(".")
    forged = f"{header}.{claims}.{signature[:-8]}{'A' * 8}"
    ended = provisioned.run("call", "--json", "--token-file", "-", stdin=forged)
    assert ended.code == 1
    answer = ended.json()
    assert answer["with_token"]["status"] == 401
    assert answer["verdict"]["deciding"] == "signature"
    assert answer["as_predicted"] is True


def test_call_shows_401_and_200(provisioned: Running) -> None:
    ended = provisioned.run("call", "--json")
    assert ended.code == 0
    assert ended.json()["without_token"]["headers"]["www-authenticate"] == "Bearer"
    assert json.loads(ended.json()["with_token"]["body"])["aud"]


def test_drift_is_named_by_status_and_repaired_by_up(provisioned: Running) -> None:
    aws = provisioned.endpoints["aws"]
    client = boto3.client(
        "apigatewayv2",
        endpoint_url=aws["endpoint_url"],
        region_name=aws["region"],
        aws_access_key_id=aws["access_key_id"],
        aws_secret_access_key=aws["secret_access_key"],
    )
    (api,) = client.get_apis()["Items"]
    (authorizer,) = client.get_authorizers(ApiId=api["ApiId"])["Items"]
    jwt = authorizer["JwtConfiguration"] | {"Audience": ["somebody-else"]}
    client.update_authorizer(ApiId=api["ApiId"], AuthorizerId=authorizer["AuthorizerId"], JwtConfiguration=jwt)
    ended = provisioned.run("status")
    assert ended.code == 1
    assert 'audience: is "[""somebody-else""]"'.replace('""', '"') in ended.out
    assert "authorizer says" in ended.out
    assert provisioned.run("up").code == 0
    assert provisioned.run("status").code == 0


def test_break_puts_faults_in_tells_what_they_are_and_takes_them_out(provisioned: Running) -> None:
    told = provisioned.run("break", "missing-scope", "trailing-slash")
    assert told.code == 0
    assert f'was "{provisioned.endpoints["public_url"]}"' in told.out
    assert f'is  "{provisioned.endpoints["public_url"]}/"' in told.out
    standing = {fault["id"]: fault for fault in provisioned.run("break", "--json").json()["faults"]}
    assert {name for name, fault in standing.items() if fault["in"]} == {"missing-scope", "trailing-slash"}
    assert standing["trailing-slash"]["new"].endswith("/")
    assert standing["hs256"]["old"] is None
    assert provisioned.run("call", "--json").json()["verdict"]["deciding"] == "issuer"
    taken = provisioned.run("break", "--undo", "--json").json()["taken_out"]
    assert [out["id"] for out in taken] == ["trailing-slash", "missing-scope"]
    assert provisioned.run("status").code == 0


def test_a_fault_in_a_token_is_piped_on(provisioned: Running) -> None:
    broken = provisioned.run("break", "removed-key")
    assert "You will see" in broken.err
    ended = provisioned.run("call", "--json", "--token-file", "-", stdin=broken.out)
    assert ended.json()["verdict"]["deciding"] == "kid"
    assert provisioned.run("call").code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], 'There is no fault "nonsense"'),
        (["removed-key", "expired-token"], "One token cannot have all of these faults"),
        (["--undo", "hs256"], 'The fault "hs256" is not in'),
    ],
)
def test_break_says_what_it_cannot_do(provisioned: Running, arguments: list[str], words: str) -> None:
    ended = provisioned.run("break", *arguments)
    assert ended.code == 2
    assert words in ended.err


@pytest.mark.parametrize("command", ["token", "call", "status", "plan", "up"])
def test_no_secret_stands_in_what_a_command_says(provisioned: Running, command: str) -> None:
    line = provisioned.endpoints
    ended = provisioned.run(command, *(["--json"] if command != "token" else []))
    for secret in (
        line["fusionauth"]["api_key"],
        line["fusionauth"]["admin"]["password"],
        line["user"]["password"],
        line["aws"]["secret_access_key"],
    ):
        assert secret not in ended.out + ended.err


def test_down_asks_first_and_takes_back_what_it_made(provisioned: Running) -> None:
    refused = provisioned.run("down")
    assert refused.code == 2
    assert "--yes" in refused.err
    taken = provisioned.run("down", "--yes", "--json")
    assert taken.code == 0
    outcomes = {step["id"]: step["outcome"] for step in taken.json()["steps"]}
    assert outcomes["issuer"] == "restored"
    assert outcomes["tunnel"] == "kept"
    assert outcomes["api"] == "deleted"
    assert provisioned.run("up").code == 0
