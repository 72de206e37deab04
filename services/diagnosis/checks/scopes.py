"""Scopes: one of the route's must stand in `scope`, or in `scp` where there is no `scope`."""

from dataclasses import replace

from services.diagnosis.diagnosis import Culprit, Finding, Fix
from services.diagnosis.difference import likeness, remark_on
from services.diagnosis.examination import Examination
from services.diagnosis.kinds import is_id_token
from services.diagnosis.making import of_rule
from services.diagnosis.remedies import new_token, route_change, step, update_route
from services.gateway.rules import split_scopes, token_scopes
from services.gateway.verdict import Check
from services.visible import quoted

_COMPARED = 50  # scopes of each side that are looked through
_CLOSE = 0.75  # how alike two scopes must be for one to be meant as the other
_UNREAD = ("permissions", "roles", "scopes", "authorities")  # where other claims carry what the route asks for


def scopes(case: Examination, check: Check) -> Finding:
    """The token has none of the scopes that the route asks for."""
    required, given = case.scopes[:_COMPARED], token_scopes(dict(case.claims))[:_COMPARED]
    asked = " or ".join(map(quoted, required))
    kind, reason = _reason(case, required, given)
    held = ", ".join(map(quoted, given)) if given else "no scope at all"
    sentence = f"The route asks for the scope {asked} and the token has {held}."
    note = case.provider.scope_note if case.provider else ""
    return of_rule(check, sentence, _culprit(kind), _fix(case, kind, required, given), kind=kind, detail=(reason, note))


def _reason(case: Examination, required: tuple[str, ...], given: list[str]) -> tuple[str, str]:
    if case.wanted and case.route and case.wanted.scope not in required:
        return "drifted", f"The profile wants {quoted(case.wanted.scope) if case.wanted.scope else 'no scope'} here."
    if is_id_token(case):
        return "ID token", "This is an ID token, and scopes stand in access tokens only."
    for name in _UNREAD:
        held = split_scopes(case.claims.get(name))
        if any(scope in required for scope in held):
            return name, f"It stands in the claim {quoted(name)}, which the gateway does not read."
    if "scope" in case.claims and any(scope in required for scope in split_scopes(case.claims.get("scp"))):
        return "scope over scp", "It stands in scp, and the gateway reads scp only where there is no scope."
    pair = max(((want, have) for want in required for have in given), key=lambda pair: likeness(*pair), default=None)
    if pair and likeness(*pair) > _CLOSE:
        return "nearly", f"{quoted(pair[1])} is nearly {quoted(pair[0])}: {remark_on(*pair)}."
    return ("other" if given else "none"), ""


def _culprit(kind: str) -> Culprit:
    return Culprit.ROUTE if kind in ("nearly", "drifted") else Culprit.CALLER if kind == "ID token" else Culprit.TOKEN


def _fix(case: Examination, kind: str, required: tuple[str, ...], given: list[str]) -> Fix:
    if kind == "ID token":
        return new_token(case, "Send the access token instead of the ID token.")
    wanted = quoted(required[0]) if required else "the route's scope"
    if kind == "nearly":
        meant = max(given, key=lambda have: max(likeness(want, have) for want in required))
        return _change_route(
            case, required, meant, f"Let the route ask for {quoted(meant)}, or the token carry {wanted}."
        )
    if kind == "drifted" and case.wanted:
        scope = case.wanted.scope
        fix = _change_route(
            case, required, scope, f"Let the route ask for {quoted(scope) if scope else 'no scope'} again."
        )
        return replace(fix, step_id=step(case, "route"))
    fusionauth = case.provider is not None and case.provider.id == "fusionauth"
    way = "add it with a JWT populate lambda, or ask for it in an OAuth login" if fusionauth else "ask for it at login"
    return Fix(
        f"Get a token with the scope {wanted}: {way}.",
        step_id=step(case, "scope_lambda") if fusionauth else "",
        new_token=bool(case.facts.provisioned_by),
    )


def _change_route(case: Examination, required: tuple[str, ...], scope: str, sentence: str) -> Fix:
    change, scopes = route_change(case, "AuthorizationScopes", " ".join(required), scope), [scope] if scope else []
    return Fix(sentence, change, update_route(case, AuthorizationScopes=scopes))
