"""The discovery contract: what AWS will read at the issuer's address must say what we configured."""

from services.errors import ExpectationFailed
from services.fusionauth.steps.issuer import wanted_issuer
from services.fusionauth.steps.side import FusionAuthSide
from services.http import Reply
from services.provisioning.calls import DISCOVERY, Calls
from services.provisioning.step import Finding, Side, State, Step, StepSpec, Work

GATEWAY_SECONDS = 1.5  # API Gateway gives discovery and JWKS 1,500 ms each (AWS quotas for HTTP APIs)


class DiscoveryContract(Step):
    """Read discovery and keys through the public URL, as AWS does, and hold them against what was configured."""

    spec = StepSpec(
        "discovery",
        Side.FUSIONAUTH,
        "discovery contract",
        "AWS reads the issuer's discovery document and its keys over the public internet, without credentials. "
        "We read them first, the same way, and compare every byte that will matter.",
        needs=("issuer", "application"),
    )
    calls = Calls(read=DISCOVERY)

    def __init__(self, side: FusionAuthSide) -> None:
        self._side = side

    def find(self, work: Work) -> Finding:
        """Check the contract. Raises ExpectationFailed that quotes what is read and what is expected."""
        issuer = wanted_issuer(work)
        url = f"{issuer}/.well-known/openid-configuration"
        reply = self._side.http.send("GET", url)
        document = _json(reply, url)
        if document.get("issuer") != issuer:
            raise ExpectationFailed(
                f'The discovery document says issuer "{document.get("issuer")}", the gateway expects "{issuer}".',
                "Run the step “tenant issuer” again; with several tenants the issuer needs the tenant's path.",
            )
        work.cancellation.check()
        keys_url = document.get("jwks_uri")
        if not isinstance(keys_url, str) or not keys_url.startswith(work.facts["public_url"] + "/"):
            raise ExpectationFailed(
                f'The discovery document sends AWS to "{keys_url}" for the keys, which is not below '
                f'"{work.facts["public_url"]}".',
                "Let the proxy or tunnel in front of FusionAuth send X-Forwarded-Proto, -Host and -Port.",
            )
        keys = self._side.http.send("GET", keys_url)
        self._check_keys(_json(keys, keys_url), work.facts["access_token_key_kid"], keys_url)
        slow = max(reply.seconds, keys.seconds) > GATEWAY_SECONDS
        return Finding(
            State.RIGHT,
            {"jwks_uri": keys_url},
            word="holds",
            note="It took longer than the 1,500 ms the gateway allows: expect 401 now and then." if slow else "",
            link=url,
        )

    def _check_keys(self, document: dict[str, object], kid: str, url: str) -> None:
        keys = document.get("keys")
        kids = [key.get("kid") for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
        if kid not in kids:
            listed = ", ".join(f'"{known}"' for known in kids) or "none"
            raise ExpectationFailed(
                f'The application signs with key "{kid}", but "{url}" lists: {listed}.',
                "Run the step “access-token key” again.",
            )


def _json(reply: Reply, url: str) -> dict[str, object]:
    content = reply.json()
    if reply.status != 200 or not isinstance(content, dict):
        kind = reply.headers.get("content-type", "no content type")
        raise ExpectationFailed(
            f'"{url}" answered with status {reply.status} ({kind}) instead of a JSON document.',
            "AWS reads it without credentials: check the tunnel, and what stands in front of FusionAuth.",
        )
    return content
