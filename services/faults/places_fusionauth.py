"""The places on the FusionAuth side: the tenant's, the application's, the user's registration, and the tunnel."""

import json
from typing import Any

from services.cancel import Cancellation
from services.faults.fault import Place, Scene
from services.faults.places_aws import forget_issuer_keys
from services.fusionauth.models import Application
from services.fusionauth.reliance import quoted, relying

OPEN, CLOSED = "open", "closed"


class TenantIssuer(Place):
    """The name the tenant signs into every token."""

    name = "the tenant's issuer"

    def read(self, scene: Scene) -> str | None:
        """The issuer now."""
        return scene.fusionauth.client.tenant(scene.facts["tenant_id"]).issuer

    def write(self, scene: Scene, value: str) -> None:
        """Change it."""
        scene.fusionauth.client.set_issuer(scene.facts["tenant_id"], value)

    def refuses(self, scene: Scene) -> str:
        """Others may rely on it: a wrong one would break their gateways too."""
        applications = scene.fusionauth.client.applications(scene.facts["tenant_id"])
        others = relying(applications, (scene.facts["application_id"],))
        if not others:
            return ""
        named = ", ".join(quoted(others))
        return (
            f"Other applications sign with the tenant's issuer: {named}. A tenant of our own (fusionauth.own_tenant) "
            "is free of them."
        )


class OwnJwtSettings(Place):
    """Whether the application signs with its own keys (`true`) or leaves that to the tenant (`false`)."""

    name = "the application's own JWT settings"

    def read(self, scene: Scene) -> str | None:
        """Whether they are enabled."""
        found = _application(scene)
        return json.dumps(found.jwt_configuration.enabled) if found else None

    def write(self, scene: Scene, value: str) -> None:
        """Switch them."""
        _change(scene, {"enabled": json.loads(value)})

    def refuses(self, scene: Scene) -> str:
        """Where the tenant's key is an RSA one, the gateway takes its tokens too."""
        client = scene.fusionauth.client
        key_id = client.tenant(scene.facts["tenant_id"]).jwt_configuration.access_token_key_id
        key = client.key(key_id) if key_id else None
        if key is None or not key.algorithm.startswith("RS"):
            return ""
        return f"This tenant signs with {key.algorithm} itself, which the gateway takes."


class TokenLifetime(Place):
    """How long the application's access tokens live, in seconds."""

    name = "the lifetime of the application's tokens"

    def read(self, scene: Scene) -> str | None:
        """The lifetime now."""
        found = _application(scene)
        return str(found.jwt_configuration.time_to_live_in_seconds) if found else None

    def write(self, scene: Scene, value: str) -> None:
        """Change it."""
        _change(scene, {"timeToLiveInSeconds": int(value)})


class SigningKey(Place):
    """The id of the key that signs the application's access tokens. A key of our own, made for the purpose, is wrong.

    FusionAuth deletes no key that is in use, and gives no private half back: so it is a spare key that comes and goes.
    """

    name = "the application's signing key"

    def read(self, scene: Scene) -> str | None:
        """The key's id now."""
        found = _application(scene)
        return found.jwt_configuration.access_token_key_id if found else None

    def write(self, scene: Scene, value: str) -> None:
        """Sign with another key, which is made first where it is the spare one."""
        side = scene.fusionauth
        if value == spare_key_id(scene) and side.client.key(value) is None:
            side.client.generate_key(value, side.name_of("spare key, for a fault"))
        _change(scene, {"accessTokenKeyId": value})

    def tidy(self, scene: Scene) -> None:
        """Delete the spare key."""
        scene.fusionauth.client.delete_key(spare_key_id(scene))


class Registration(Place):
    """The user's registration to the application, as JSON; empty where there is none."""

    name = "the user's registration"

    def read(self, scene: Scene) -> str | None:
        """The registration now."""
        found = self._found(scene)
        if found is not None:
            return json.dumps(found)
        return "" if _application(scene) else None

    def write(self, scene: Scene, value: str) -> None:
        """End the registration, or make it as it was."""
        client, facts = scene.fusionauth.client, scene.facts
        if value:
            client.register(facts["user_id"], facts["application_id"], facts["tenant_id"], json.loads(value))
        else:
            client.unregister(facts["user_id"], facts["application_id"], facts["tenant_id"])

    def refuses(self, scene: Scene) -> str:
        """An identity provider's tokens would have to be kept in a file meanwhile."""
        if not (self._found(scene) or {}).get("tokens"):
            return ""
        return "The registration holds an identity provider's tokens, which Gatelight writes to no file."

    @staticmethod
    def _found(scene: Scene) -> dict[str, Any] | None:
        facts = scene.facts
        return scene.fusionauth.client.whole_registration(facts["user_id"], facts["application_id"], facts["tenant_id"])


class Tunnel(Place):
    """Whether the tunnel is open. Either way the gateway fetches the issuer's keys anew."""

    name = "the tunnel"

    def read(self, scene: Scene) -> str | None:
        """`open` or `closed`."""
        return OPEN if scene.tunnel.current() else CLOSED

    def write(self, scene: Scene, value: str) -> None:
        """Open or close it."""
        if value == OPEN:
            scene.tunnel.open(Cancellation())
            return
        scene.tunnel.close()
        forget_issuer_keys(scene)

    def tidy(self, scene: Scene) -> None:
        """The gateway may have kept in mind that the issuer did not answer."""
        forget_issuer_keys(scene)

    def refuses(self, scene: Scene) -> str:
        """Only a tunnel that Gatelight opened is its to close, and only one that comes back as it was."""
        can = scene.tunnel.capabilities
        if not can.opens:
            return "There is no tunnel that Gatelight could close."
        return "" if can.stable_url else "The tunnel would come back under another address."


def spare_key_id(scene: Scene) -> str:
    """The id of the key that signs while a fault asks for another one."""
    return scene.fusionauth.id_of("spare key")


def _application(scene: Scene) -> Application | None:
    return scene.fusionauth.client.application(scene.facts["application_id"], scene.facts["tenant_id"])


def _change(scene: Scene, jwt: dict[str, Any]) -> None:
    facts = scene.facts
    client = scene.fusionauth.client
    client.change_application(facts["application_id"], facts["tenant_id"], {"jwtConfiguration": jwt})
