"""`inspect --jsonl`: a line out for every line in, in order, saying what inspecting the token alone says."""

import io
import json
from typing import Any

from services.diagnosis.inspection import Gate
from services.gateway.authorizer import explain
from tests.conformance.test_rules import AUTHORIZER, CASES, ISSUER, KEYS
from tests.gateway.signing import NOW, claims, segment, sign, with_flipped_signature
from tui.commands.inspect_jsonl import LINE_LIMIT, inspect_lines
from tui.commands.shapes import verdict_document

GATE = Gate(AUTHORIZER, KEYS)


def answers(content: bytes, gate: Gate = GATE) -> tuple[list[dict[str, Any]], bool]:
    out = io.BytesIO()
    well = inspect_lines(io.BytesIO(content), out.write, gate, lambda: NOW)
    return [json.loads(line) for line in out.getvalue().splitlines()], well


def test_every_line_says_what_the_rules_say_of_its_token_alone() -> None:
    built = [case.build(ISSUER, NOW) or "" for case in CASES]
    presented = [text for text in built if text == text.strip() and "\n" not in text and text]
    found, well = answers("\n".join(presented).encode("utf-8", "replace"))
    assert well is False
    assert [answer["line"] for answer in found] == list(range(1, len(presented) + 1))
    exact = [text for text in presented if text.removeprefix("Bearer ").count(".") == 2 and text.isascii()]
    assert len(exact) > 30
    for text, answer in zip(presented, found, strict=True):
        if text in exact:
            assert answer["verdict"] == verdict_document(explain(text, AUTHORIZER, keys=KEYS, now=NOW)), text


def test_a_line_that_is_no_token_is_answered_in_its_place() -> None:
    good = sign(claims(ISSUER))
    long = "x" * (LINE_LIMIT + 10)
    lines = [good, "", "opaque", long, f'{{"access_token": "{good}"}}', with_flipped_signature(good), good + "\r"]
    found, well = answers("\n".join(lines).encode())
    assert well is False
    accepted = [answer["verdict"] and answer["verdict"]["accepted"] for answer in found]
    assert accepted == [True, False, False, None, True, False, True]
    assert "longer" in found[3]["problem"]
    assert "3 segments" in found[2]["problem"]
    assert found[5]["verdict"]["deciding"] == "signature"
    assert answers(f"{good}\n{good}\n".encode())[1] is True


def test_what_is_odd_is_remarked_on_and_numbers_keep_their_value() -> None:
    header = segment({"alg": "RS256", "kid": "x"})
    raw = b'{"aud":"a","aud":"b","exp":1.5e3,"huge":1e999}'
    twice = f"{header}.{segment(raw)}.AA"
    found, _ = answers(f"{twice}\n{sign(claims(ISSUER, name='Zoë'))}\n".encode())
    assert [remark["id"] for remark in found[0]["remarks"]] == ["duplicates"]
    assert found[0]["claims"] == {"aud": "b", "exp": 1500.0, "huge": "Infinity"}
    assert found[1]["claims"]["name"] == "Zoë"
    assert found[1]["remarks"] == []
