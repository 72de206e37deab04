"""The three verdicts on a token, each told apart from the others: its signature, its times, the gateway's rules."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from services.gateway.authorizer import explain
from services.gateway.comparison import value_text
from services.gateway.refusal import parse_challenge
from services.gateway.rules import JwtAuthorizer
from services.gateway.verdict import Check, Outcome, Verdict
from services.gateway.wordings import UNVERIFIED
from services.tokens.decode import DecodedToken, MalformedToken
from services.tokens.keys import KeySet
from services.tokens.verify import ALGORITHMS, PSS_ALGORITHMS, is_signed_by
from services.visible import quoted

TIME_CHECKS = ("exp", "nbf", "iat")
_TRIED = 50  # keys; each costs one RSA operation
_NOBODY = JwtAuthorizer("", ())


@dataclass(frozen=True, slots=True)
class Opinion:
    """One verdict, and why. UNKNOWN says that it was not `checked`, or that nobody knows what AWS does.

    `key` is the key that made the signature, where it was found.
    """

    outcome: Outcome
    sentence: str
    checked: bool = True
    key: RSAPublicKey | None = field(default=None, repr=False, compare=False)


def _unchecked(why: str) -> Opinion:
    return Opinion(Outcome.UNKNOWN, why, checked=False)


def signature_opinion(
    token: DecodedToken | None, problem: str, key_set: KeySet | None, origin: str, failure: str
) -> Opinion:
    """Whether a known key made the signature; `failure` says as a clause why no key is known."""
    if token is None:
        return _unchecked(f"the token cannot be read: {problem}")
    alg = value_text(token.header.get("alg")) or ""
    if alg not in ALGORITHMS | PSS_ALGORITHMS:
        return _not_rsa(alg)
    if key_set is None:
        return _unchecked(failure)
    try:
        return _held_against(token, alg, key_set, origin)
    except MalformedToken as error:
        return Opinion(Outcome.FAIL, error.reason)


def _not_rsa(alg: str) -> Opinion:
    if alg.lower() == "none":
        return Opinion(Outcome.FAIL, "the token is not signed at all: its algorithm is “none”")
    if not alg:
        return _unchecked("the header names no algorithm")
    if alg in ("HS256", "HS384", "HS512"):
        return _unchecked(f"{alg} is made with a secret that issuer and reader share; no public key can check it")
    return _unchecked(f"{quoted(alg)} is no RSA algorithm, and only RSA signatures are checked here")


def _held_against(token: DecodedToken, alg: str, key_set: KeySet, origin: str) -> Opinion:
    kid = value_text(token.header.get("kid")) or ""
    named = key_set.by_kid.get(kid)
    if named is not None and is_signed_by(token, named):
        return Opinion(Outcome.PASS, f"{alg}, verified with the key {quoted(kid)} of {origin}", key=named)
    others = [(name, key) for name, key in key_set.by_kid.items() if key is not named]
    others += [("", key) for key in key_set.unnamed]
    made = next(((name, key) for name, key in others[:_TRIED] if is_signed_by(token, key)), None)
    if made is not None:
        return _made_by_another(alg, kid, made, origin, named=named is not None)
    if named is not None:
        sentence = f"the key {quoted(kid)} of {origin} did not make it: the token was changed, or signed by another key"
        return Opinion(Outcome.FAIL, sentence)
    if not others:
        return _unchecked(f"{origin} has no RSA key")
    if key_set.unnamed:
        return Opinion(Outcome.FAIL, f"no key of {origin} made it: the token was changed, or signed by another key")
    which = f"the key {quoted(kid)}, which is not among" if kid else "no key; it was made by none of"
    return _unchecked(f"the header names {which} the {len(others)} of {origin}")


def _made_by_another(alg: str, kid: str, made: tuple[str, RSAPublicKey], origin: str, *, named: bool) -> Opinion:
    name, key = made
    what = f"the key {quoted(name)} of {origin}" if name else f"the key of {origin}"
    if not name:
        return Opinion(Outcome.PASS, f"{alg}, verified with {what}", key=key)
    if not kid:
        return Opinion(Outcome.PASS, f"{alg}, verified with {what}, although the header names no key", key=key)
    known = "which did not make it" if named else "which is not among them"
    return Opinion(Outcome.PASS, f"{alg}, verified with {what}; the header names {quoted(kid)}, {known}", key=key)


def times_opinion(token: DecodedToken | None, problem: str, now: float) -> Opinion:
    """Whether the token's own times allow it at `now`, in seconds since the epoch."""
    if token is None:
        return _unchecked(f"the token cannot be read: {problem}")
    verdict = explain(token.compact, _NOBODY, keys=None, now=now)
    bad = [check for check in verdict.checks if check.id in TIME_CHECKS and check.outcome is not Outcome.PASS]
    worst = min(bad, key=lambda check: check.outcome is not Outcome.FAIL, default=verdict.check("exp"))
    return Opinion(worst.outcome, _clause(worst.sentence))


def gateway_opinion(verdict: Verdict | None, without_gate: str, keys_origin: str) -> Opinion:
    """What the gateway will say. `keys_origin` is where keys came from that were not read from the issuer."""
    if verdict is None:
        return _unchecked(without_gate)
    if verdict.deciding is not None:
        return Opinion(Outcome.FAIL, f"will refuse: {refusal_words(verdict.deciding)}")
    open_check = next((check for check in verdict.checks if check.outcome is not Outcome.PASS), None)
    if open_check is not None:
        return Opinion(Outcome.UNKNOWN, f"not sure: {_clause(open_check.sentence)}")
    condition = f", if its issuer publishes the keys of {keys_origin}" if keys_origin else ""
    return Opinion(Outcome.PASS, f"will accept{condition}")


def refusal_words(check: Check) -> str:
    """How the gateway says no: status and words as they are known, or else the check's own sentence."""
    if check.refusal is None:
        return _clause(check.sentence)
    challenge = parse_challenge(check.refusal.www_authenticate)
    words = (challenge.description if challenge else "") or _clause(check.sentence)
    doubt = "" if check.evidence.wording_verified else f" ({UNVERIFIED})"
    return f"{check.refusal.status}, {words}{doubt}"


def _clause(sentence: str) -> str:
    return sentence.removesuffix(".")
