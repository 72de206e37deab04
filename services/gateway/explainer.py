"""Every check of the authorizer's on one token after the other, told in whatever form is wanted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.gateway.comparison import Pair, compare
from services.gateway.issuer_keys import IssuerKeys
from services.gateway.rules import KEYS_NOT_FETCHED, RULES, Case, Finding, JwtAuthorizer, Rule
from services.gateway.sentences import found_sentence, open_sentence, passed_sentence
from services.gateway.verdict import Check, Outcome
from services.gateway.wordings import WORDINGS

Told = TypeVar("Told")
# What these say of a token that passes depends on the authorizer and its issuer's keys alone.
_SAME_OF_ALL = frozenset({"identity-source", "segments", "decode", "discovery", "keys", "issuer"})
_KEPT = 2_048  # of one check; the times of a token make most of them, and those are soon past


@dataclass(slots=True)
class Explained(Generic[Told]):
    """One token's checks in the gateway's order, the outcome of each that is not a plain pass, and the case itself."""

    told: list[Told]
    open: dict[str, Outcome]
    case: Case

    @property
    def deciding(self) -> str | None:
        """The id of the check that decides a refusal; None when nothing fails."""
        return next((rule_id for rule_id, outcome in self.open.items() if outcome is Outcome.FAIL), None)

    @property
    def accepted(self) -> bool | None:
        """As `Verdict.accepted`."""
        if self.deciding is not None:
            return False
        return None if Outcome.UNKNOWN in self.open.values() else True


class Explainer(Generic[Told]):
    """Holds tokens against one authorizer. `tell` makes of each check what is wanted of it.

    What passes says the same of most tokens. It is told once and kept; its two values say all that can differ.
    """

    def __init__(
        self,
        authorizer: JwtAuthorizer,
        *,
        scopes: tuple[str, ...],
        keys: IssuerKeys | None,
        tell: Callable[[Check], Told],
    ) -> None:
        self._authorizer = authorizer
        self._scopes = scopes
        self._keys = keys
        self._tell = tell
        self._same: dict[str, Told] = {}
        self._passed: dict[str, dict[Pair, Told]] = {rule.id: {} for rule in RULES}
        self._by_client_id: dict[Pair, Told] = {}

    def explain(self, presented: str | None, now: float) -> Explained[Told]:
        """All checks on the text found at the identity source; `now` in seconds since the epoch."""
        case = Case(presented, self._authorizer, self._scopes, self._keys, now)
        outcomes: dict[str, Outcome] = {}
        told: list[Told] = []
        for rule in RULES:
            check = _blocked(rule, outcomes) if outcomes else None
            if check is None:
                finding = rule.judge(case)
                if finding is None:
                    same = self._same.get(rule.id)
                    told.append(self._pass(rule, case) if same is None else same)
                    continue
                check = _found(rule, case, finding)
            if check.outcome is not Outcome.PASS:
                outcomes[rule.id] = check.outcome
            told.append(self._tell(check))
        return Explained(told, outcomes, case)

    def _pass(self, rule: Rule, case: Case) -> Told:
        pair = compare(rule.id, case)
        if rule.id in _SAME_OF_ALL:
            told = self._same[rule.id] = self._tell(_passed(rule, case, pair))
            return told
        kept = self._passed[rule.id]
        if rule.id == "audience" and "aud" not in case.token.claims:
            kept = self._by_client_id
        told_before = kept.get(pair)
        if told_before is not None:
            return told_before
        if len(kept) >= _KEPT:
            kept.clear()
        told = kept[pair] = self._tell(_passed(rule, case, pair))
        return told


def _passed(rule: Rule, case: Case, pair: Pair) -> Check:
    return Check(rule.id, rule.title, Outcome.PASS, passed_sentence(rule.id, case), rule.evidence, *pair)


def _blocked(rule: Rule, outcomes: dict[str, Outcome]) -> Check | None:
    """The check when one it needs failed (not reached) or is not known (unknown either)."""
    needed = {outcomes[name] for name in rule.needs if name in outcomes}
    if not needed:
        return None
    outcome = Outcome.UNKNOWN if needed == {Outcome.UNKNOWN} else Outcome.NOT_REACHED
    blockers = [other.title for other in RULES if other.id in rule.needs and other.id in outcomes]
    return Check(rule.id, rule.title, outcome, open_sentence(blockers), rule.evidence)


def _found(rule: Rule, case: Case, finding: Finding) -> Check:
    expected, actual = compare(rule.id, case)
    if finding is KEYS_NOT_FETCHED:
        unasked = "The issuer was not asked for its keys."
        return Check(rule.id, rule.title, Outcome.UNKNOWN, unasked, rule.evidence, expected, actual)
    row = WORDINGS[finding.cause]
    refusal = None if row.outcome is Outcome.PASS else row.refusal(case.scopes, **finding.values)
    sentence = found_sentence(finding, case, expected, actual)
    cause = finding.cause.value
    return Check(rule.id, rule.title, row.outcome, sentence, row.evidence, expected, actual, refusal, cause)
