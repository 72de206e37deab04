"""What kind of thing was given, where it is not what belongs here: said before everything else."""

from services.diagnosis.catalogue import MEANINGS
from services.diagnosis.diagnosis import Banner
from services.diagnosis.examination import Examination
from services.diagnosis.kinds import is_id_token, is_refresh_token
from services.diagnosis.moments import moment_text, seconds_of
from services.diagnosis.pasted_text import bearer_twice, pasted
from services.gateway.rules import is_number
from services.visible import quoted

_ALSO = {
    "id-token": "It tells the application who logged in; the gateway is meant to get the access token.",
    "hs256": "Only who has the secret can check it, and the gateway takes RSA signatures only.",
    "refresh-token": "It is exchanged for access tokens at the issuer, and sent nowhere else.",
}


def banners(case: Examination) -> tuple[Banner, ...]:
    """Every banner that fits, each once."""
    found = [*_instead(case), *_of_token(case)]
    return tuple({banner.id: banner for banner in found}.values())


def _instead(case: Examination) -> list[Banner]:
    text = case.presented
    if not text:
        return []
    found = []
    if bearer_twice(text):
        found.append(_banner("bearer-twice"))
    if what := pasted(case):
        found.append(_banner(what.id, f"{what.clause[0].upper()}{what.clause[1:]}."))
    return found


def _of_token(case: Examination) -> list[Banner]:
    if case.token is None:
        return [_unregistered(case)] if _told_unregistered(case) else []
    found = []
    if is_refresh_token(case):
        found.append(_banner("refresh-token", _ALSO["refresh-token"]))
    elif is_id_token(case):
        found.append(_banner("id-token", _ALSO["id-token"]))
    algorithm = case.header.get("alg")
    if isinstance(algorithm, str) and algorithm.startswith("HS"):
        found.append(_banner("hs256", f"Its alg is {quoted(algorithm)}. {_ALSO['hs256']}"))
    if case.failed("exp") and is_number(case.claims.get("exp")):
        found.append(_banner("expired", f"It has been so since {moment_text(seconds_of(case.claims['exp']))}."))
    if _told_unregistered(case):
        found.append(_unregistered(case))
    if case.provider and any(case.provider.owns(entry) for entry in case.audiences) and case.failed("audience"):
        found.append(
            _banner("foreign-audience", f"Its aud is {quoted(case.audiences[0])}, {case.provider.name}'s own.")
        )
    return [*found, *_other_gate(case)]


def _told_unregistered(case: Examination) -> bool:
    presented = case.facts.intake.presented
    known = case.fusionauth if case.provider and case.provider.id == "fusionauth" else None
    return bool(presented and presented.unregistered) or (known is not None and known.user_registered is False)


def _unregistered(case: Examination) -> Banner:
    return _banner(
        "unregistered", f"FusionAuth answers 202 then{'' if case.audiences else ', and the token has no aud'}."
    )


def _other_gate(case: Examination) -> list[Banner]:
    """Whether the token is one of another profile's: by a signing key, or by an issuer that is not this gate's."""
    issuer, kid = case.claims.get("iss"), case.header.get("kid")
    here = {case.authorizer.issuer if case.authorizer else "", case.wanted.issuer if case.wanted else ""}
    published = case.keys.by_kid if case.keys else {}
    for gate in case.others:
        by_key = isinstance(kid, str) and kid in gate.kids and kid not in published
        if by_key or (gate.issuer == issuer and issuer not in here and (case.authorizer or case.wanted)):
            how = f"Its key is {quoted(str(kid))}." if by_key else f"Its issuer is {quoted(str(issuer))}."
            return [_banner("other-gate", f"It belongs to the profile {quoted(gate.profile)}. {how}")]
    return []


def _banner(banner_id: str, more: str = "") -> Banner:
    return Banner(banner_id, f"{MEANINGS[banner_id]} {more}".strip())
