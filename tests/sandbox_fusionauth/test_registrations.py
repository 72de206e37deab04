"""Changing a registration."""

from tests.sandbox_fusionauth.conftest import Client, codes, empty


def test_a_registration_is_patched_and_put_by_the_application_in_the_body(fusionauth: Client) -> None:
    application = fusionauth.new_application(roles=[{"name": "reader"}, {"name": "writer"}])
    other, user = fusionauth.new_application(), fusionauth.new_user()
    fusionauth.register(user, other)
    before = fusionauth.register(user, application, roles=["reader"], data={"a": 1}, username="r")["registration"]
    path = f"/api/user/registration/{user['id']}"
    named = {"applicationId": application["id"]}
    fusionauth.clock.advance(5)
    patched = fusionauth.ok("PATCH", path, {"registration": named | {"roles": ["writer"]}})["registration"]
    assert patched == before | {"roles": ["writer"], "lastUpdateInstant": patched["lastUpdateInstant"]}
    assert patched["lastUpdateInstant"] > before["lastUpdateInstant"]
    put = fusionauth.ok("PUT", path, {"registration": named | {"roles": ["reader"]}})["registration"]
    assert (put["id"], put["roles"], put["data"], "username" in put) == (before["id"], ["reader"], {}, False)
    assert fusionauth.ok("GET", f"{path}/{application['id']}")["registration"] == put
    assert len(fusionauth.ok("GET", f"/api/user/{user['id']}")["user"]["registrations"]) == 2


def test_a_change_that_makes_no_sense_is_refused(fusionauth: Client) -> None:
    application, user = fusionauth.new_application(), fusionauth.new_user()
    path = f"/api/user/registration/{user['id']}"
    named = {"applicationId": application["id"]}
    for method in ("PUT", "PATCH"):
        assert empty(fusionauth.call(method, path, {"registration": named}), 404)
        assert codes(fusionauth.call(method, path, {})) == {"[blank]registration.applicationId"}
    fusionauth.register(user, application)
    for method in ("PUT", "PATCH"):
        refused = fusionauth.call(method, path, {"registration": named | {"roles": ["king"]}})
        assert codes(refused) == {"[invalid]registration.roles"}
