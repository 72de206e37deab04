"""APIs with several of everything, and what the gateway knows of a change that has not settled."""

from dataclasses import replace

import pytest
import requests

from services.sandbox.aws.snapshot import Authorizer, Route, Stage
from tests.gateway.signing import AUDIENCE, claims, sign
from tests.sandbox_gateway.conftest import API, Lab
from tests.sandbox_gateway.test_refusals import good

HEADER, QUERY = ("$request.header.X-Token",), ("$request.querystring.access_token",)


@pytest.fixture
def several(lab: Lab) -> Lab:
    """Two authorizers with identity sources and audiences of their own, and a public route beside them."""
    lab.configure(
        authorizers=(
            Authorizer("au1", "by header", lab.issuer.url, (AUDIENCE,), HEADER),
            Authorizer("au2", "by query", lab.issuer.url, ("second", "third"), QUERY),
        ),
        routes=(
            Route("r1", "GET /one", "i1", "JWT", "au1"),
            Route("r2", "GET /two", "i1", "JWT", "au2"),
            Route("r3", "GET /public", "i1"),
            Route("r4", "GET /lost", "i1", "JWT", "gone"),
        ),
    )
    return lab


def test_each_route_asks_its_own_authorizer_at_its_own_identity_source(several: Lab) -> None:
    first = sign(claims(several.issuer.url, now=several.now()))
    second = sign(claims(several.issuer.url, now=several.now(), aud="third"))
    assert several.call("/one", headers={"X-Token": first}).status_code == 200
    assert several.call("/one", headers={"X-Token": f"Bearer {first}"}).status_code == 200
    assert several.call("/two", params={"access_token": second}).status_code == 200
    assert several.call("/one", headers={"X-Token": second}).status_code == 401
    assert several.call("/two", params={"access_token": first}).status_code == 401


def test_a_token_at_another_place_is_no_token_and_a_public_route_needs_none(several: Lab) -> None:
    token = sign(claims(several.issuer.url, now=several.now()))
    for elsewhere in (several.call("/one", token=f"Bearer {token}"), several.call("/two", headers={"X-Token": token})):
        assert (elsewhere.status_code, elsewhere.headers["www-authenticate"]) == (401, "Bearer")
    assert several.call("/public").status_code == 200
    assert several.call("/public", token="Bearer nonsense").status_code == 200
    assert several.call("/lost", headers={"X-Token": token}).status_code == 500


def test_stages_with_and_without_a_path_stand_side_by_side(lab: Lab) -> None:
    stages = (API.stages[0], Stage("dev", auto_deploy=True, deployed=True))
    lab.configure(stages=stages)
    assert lab.call("/public").json()["requestContext"]["stage"] == "$default"
    assert lab.call("/dev/public").json()["requestContext"]["stage"] == "dev"
    assert lab.call("/dev").status_code == 404, "a stage's name alone is its root, which no route has"
    assert lab.call("/developers").status_code == 404


def test_a_change_is_seen_at_once_unless_it_has_to_settle(lab: Lab) -> None:
    assert lab.call(token=good(lab)).status_code == 200
    lab.control_plane.settled = False
    lab.configure(
        authorizers=(Authorizer("au1", "jwt", lab.issuer.url, ("other",), ("$request.header.Authorization",)),)
    )
    assert lab.call(token=good(lab)).status_code == 200, "the old audience still counts"
    lab.control_plane.settled = True
    assert lab.call(token=good(lab)).status_code == 401


def test_an_api_that_has_not_settled_is_not_there_yet(lab: Lab) -> None:
    lab.control_plane.settled = False
    lab.control_plane.put(replace(API, api_id="fresh12345"))
    url = f"http://127.0.0.1:{lab.port}/fresh12345/public"
    assert requests.get(url, timeout=10).status_code == 404
    lab.control_plane.settled = True
    assert requests.get(url, timeout=10).status_code == 200
