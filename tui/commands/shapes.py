"""The JSON that line commands print. These shapes are a contract: names are added, never changed or taken away."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from services.aws.cost import Cost
from services.diagnosis.agreement import Agreement, Strand
from services.exchange import Exchange, plain_parameters
from services.gateway.call import Answer
from services.gateway.verdict import Check, Verdict
from services.provisioning.plan import Place, Plan, PlannedStep
from services.provisioning.step import Change
from services.provisioning.stock import Standing, Stock
from services.redact import SafeText
from services.tokens.decode import DecodedToken
from services.workbench import CallPair, Where


def where_document(where: Where, planned: Place | None = None) -> dict[str, Any]:
    """Where a command worked; what nobody knew before `planned` says."""
    if planned is not None:
        where = replace(
            where,
            tenant=planned.tenant or where.tenant,
            account=planned.account or where.account,
            region=planned.region or where.region,
        )
    return {
        "profile": where.profile,
        "target": where.target,
        "sandbox": where.sandbox or None,
        "fusionauth": where.fusionauth,
        "tenant": where.tenant or None,
        "account": where.account or None,
        "region": where.region or None,
        "public_url": where.tunnel or None,
        "caller": where.caller or None,
        "aws_endpoint": where.endpoint or None,
    }


def changes_document(changes: Iterable[Change]) -> list[dict[str, str]]:
    """Old and new values."""
    return [{"name": change.name, "old": change.old, "new": change.new} for change in changes]


def planned_document(step: PlannedStep) -> dict[str, Any]:
    """One row of the plan."""
    return {
        "id": step.spec.id,
        "side": step.spec.side.value,
        "title": step.spec.title,
        "action": step.action.value,
        "changes": changes_document(step.changes),
        "resource_id": step.resource_id or None,
        "note": step.note or None,
        "error": step.error.message if step.error else None,
        "warnings": list(step.warnings),
        "was_read": step.was_read,
        "calls": [_call_document(request) for request in step.requests],
        "iam": [{"action": one.action, "resource": one.resource, "why": one.why or None} for one in step.needed],
    }


def plan_document(plan: Plan) -> dict[str, Any]:
    """The whole plan."""
    return {
        "place": {
            "account": plan.where.account or None,
            "region": plan.where.region or None,
            "partition": plan.where.partition or None,
            "caller": plan.where.caller or None,
            "tenant": plan.where.tenant or None,
            "tenant_id": plan.where.tenant_id or None,
        },
        "steps": [planned_document(step) for step in plan.steps],
        "cost": _cost_document(plan.cost) if plan.cost else None,
        "blocked": plan.blocked.message if plan.blocked else None,
    }


def _call_document(request: Exchange) -> dict[str, Any]:
    if request.aws is None:
        path = "/" + request.url.partition("://")[2].partition("/")[2]
        return {"service": "fusionauth", "method": request.method, "path": path, "body": _json(request.request_body)}
    return {
        "service": request.aws.service,
        "operation": request.aws.operation,
        "parameters": plain_parameters(request.aws.parameters),
    }


def _cost_document(cost: Cost) -> dict[str, Any]:
    return {
        "dollars_a_month": round(cost.dollars, 6),
        "calls_a_month": cost.calls,
        "sentence": cost.sentence,
        "prices": cost.prices,
        "lines": [
            {
                "what": line.price.what,
                "dollars_a_month": round(line.dollars, 6),
                "basis": line.basis,
                "source": line.price.source,
            }
            for line in cost.lines
        ],
        "free": list(cost.free),
    }


def _json(body: SafeText) -> Any:
    try:
        return json.loads(str(body))
    except ValueError:
        return str(body) or None


_ACTIONS = {
    Standing.IN_PLACE: ("nothing", "in place"),
    Standing.CHANGED: ("change", "drifted"),
    Standing.GONE: ("create", "absent"),
    Standing.NOT_MADE: ("create", "absent"),
    Standing.UNRECORDED: ("nothing", "in place"),
    Standing.THERE: ("nothing", "in place"),
    Standing.NOT_OURS: ("adopt", "not ours"),
    Standing.HOLDS: ("check", "holds"),
    Standing.FAILS: ("blocked", "unknown"),
    Standing.NOT_YET: ("later", "not yet"),
    Standing.UNKNOWN: ("blocked", "unknown"),
}


def stock_document(stock: Stock, repair: str) -> dict[str, Any]:
    """One step, side by side with its record in the ledger."""
    action, state = _ACTIONS[stock.standing]
    record = stock.record
    return {
        "id": stock.spec.id,
        "side": stock.spec.side.value,
        "title": stock.spec.title,
        "action": action,
        "changes": changes_document(stock.changes),
        "resource_id": stock.resource_id or None,
        "note": stock.note or None,
        "error": stock.error.message if stock.error else None,
        "state": state,
        "standing": stock.standing.value,
        "ledger": {
            "outcome": record.outcome.value,
            "since": record.since or None,
            "at": record.at or None,
            "resource_id": record.resource_id or None,
        }
        if record
        else None,
        "repair": repair or None,
    }


def token_document(token: DecodedToken) -> dict[str, Any]:
    """A token's decoded parts; nothing in them is verified."""
    return {"header": plain(token.header), "claims": plain(token.claims)}


def check_document(check: Check) -> dict[str, Any]:
    """One check of the gateway's."""
    return {
        "id": check.id,
        "title": check.title,
        "outcome": check.outcome.value,
        "sentence": check.sentence,
        "expected": check.expected,
        "actual": check.actual,
        "evidence": check.evidence.mark.value,
        "source": check.evidence.source,
        "wording_verified": check.evidence.wording_verified,
        "status": check.refusal.status if check.refusal else None,
        "www_authenticate": check.refusal.www_authenticate if check.refusal else None,
    }


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """The verdict: accepted (true, false, or null where a check that matters is unknown) and every check."""
    return {
        "accepted": verdict.accepted,
        "deciding": verdict.deciding.id if verdict.deciding else None,
        "checks": [check_document(check) for check in verdict.checks],
    }


def answer_document(answer: Answer) -> dict[str, Any]:
    """An answer of the gateway's, masked."""
    return {
        "status": answer.status,
        "reason": answer.reason,
        "seconds": round(answer.seconds, 4),
        "headers": {name: str(value) for name, value in answer.exchange.response_headers},
        "body": str(answer.exchange.response_body),
    }


def pair_document(pair: CallPair) -> dict[str, Any]:
    """The call without and with a token."""
    return {
        "without_token": answer_document(pair.without),
        "with_token": answer_document(pair.with_token) if pair.with_token else None,
        "as_predicted": pair.as_predicted,
        "comparison": pair.comparison.sentence if pair.comparison else None,
    }


def agreement_document(agreement: Agreement) -> dict[str, Any]:
    """Issuer and audience in every place."""
    return {
        "holds": agreement.holds,
        "issuer": _strand_document(agreement.issuer),
        "audience": _strand_document(agreement.audience),
    }


def _strand_document(strand: Strand) -> dict[str, Any]:
    return {
        "holds": strand.holds,
        "places": [
            {
                "name": place.name,
                "values": None if place.values is None else list(place.values),
                "agrees": strand.agrees(place),
                "problem": place.problem or None,
            }
            for place in strand.places
        ],
        "disagreements": [
            {"place": odd.place, "expected": odd.expected, "actual": odd.actual, "remark": odd.remark}
            for odd in strand.disagreements
        ],
    }


def plain(value: Any) -> Any:
    """Decoded JSON as plain JSON again: numbers that keep their digits become ordinary ones, too large ones words."""
    return json.loads(json.dumps(value, default=str), parse_constant=str)
