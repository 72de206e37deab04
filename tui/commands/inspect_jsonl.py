"""`gatelight inspect --jsonl`: one token a line in, one JSON line with every check out, in order, in steady memory."""

import json
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import msgspec

from services.diagnosis.given_token import given_token
from services.diagnosis.inspection import Gate
from services.gateway.explainer import Explainer
from services.gateway.verdict import Check
from services.tokens.anatomy import Remark, is_canonical, plain_json, remarks_on
from services.tokens.decode import DecodedToken, MalformedToken, decode_compact
from tui.commands.shapes import check_document, plain

LINE_LIMIT = 1_000_000  # bytes of one line; API Gateway takes 10,240 bytes of headers in all
_CHUNK = 65_536
_HEADERS_KEPT = 64  # tokens of one issuer share their header
_WORDS = {True: b"true", False: b"false", None: b"null"}
_TOO_LONG = f"the line is longer than {LINE_LIMIT:,} bytes"


def inspect_lines(source: BinaryIO, write: Callable[[bytes], object], gate: Gate, clock: Callable[[], float]) -> bool:
    """Inspect every line of `source`. True when the gateway would refuse none of them.

    What has arrived is answered at once, so it can stand between two programs. `clock` gives seconds since the epoch.
    """
    inspector = LineInspector(gate)
    all_well = True
    number = 0
    for lines in _arriving(source):
        now = clock()
        answers = []
        for line in lines:
            number += 1
            answer, refused = inspector.inspect(number, line, now)
            answers.append(answer)
            all_well = all_well and not refused
        write(b"".join(answers))
    return all_well


class LineInspector:
    """Inspects one line after the other against one gate."""

    def __init__(self, gate: Gate) -> None:
        self._explainer = Explainer(gate.authorizer, scopes=gate.scopes, keys=gate.keys, tell=_encoded)
        self._headers: dict[str, bytes | None] = {}

    def inspect(self, number: int, line: bytes | None, now: float) -> tuple[bytes, bool]:
        """The answer to a line (None: it was too long to be read), and whether the gateway would refuse the token."""
        if line is None:
            return _unread(number), True
        given = given_token(line.decode("utf-8", "replace"))
        explained = self._explainer.explain(given.presented, now)
        token: DecodedToken | None = explained.case.token
        problem = ""
        if "decode" in explained.open:
            token, problem = _second_look(given.compact)
        header, claims, remarks = b"null", b"null", given.remarks
        if token is not None:
            plain_header, plain_claims = self._header(token), plain_json(token.segments[1], token.claims)
            header, claims = plain_header or _json(token.header), plain_claims or _json(token.claims)
            if plain_header is None or plain_claims is None or not is_canonical(token.segments[2]):
                remarks += remarks_on(given.compact, token)
        else:
            remarks += remarks_on(given.compact, None)
        deciding, accepted = explained.deciding, explained.accepted
        answer = b'{"line":%d,"verdict":{"accepted":%b,"deciding":%b,"checks":[%b]},"header":%b,"claims":%b%b}\n' % (
            number,
            _WORDS[accepted],
            b'"%b"' % deciding.encode() if deciding else b"null",
            b",".join(explained.told),
            header,
            claims,
            _rest(problem, remarks),
        )
        return answer, accepted is False

    def _header(self, decoded: DecodedToken) -> bytes | None:
        segment = decoded.segments[0]
        if segment in self._headers:
            return self._headers[segment]
        found = plain_json(segment, decoded.header)
        if found is not None and len(self._headers) < _HEADERS_KEPT and len(segment) < _CHUNK:
            self._headers[segment] = found
        return found


def _encoded(check: Check) -> bytes:
    return msgspec.json.encode(check_document(check))


def _second_look(compact: str) -> tuple[DecodedToken | None, str]:
    """The token behind a prefix that the gateway does not take off, or why it cannot be read."""
    try:
        return decode_compact(compact), ""
    except MalformedToken as error:
        return None, error.reason


def _rest(problem: str, remarks: tuple[Remark, ...]) -> bytes:
    if not problem and not remarks:
        return b',"problem":null,"remarks":[]'
    told = [{"id": remark.id, "sentence": remark.sentence} for remark in remarks]
    return b',"problem":%b,"remarks":%b' % (_json(problem or None), _json(told))


def _unread(number: int) -> bytes:
    empty = {"verdict": None, "header": None, "claims": None}
    return _json({"line": number, **empty, "problem": _TOO_LONG, "remarks": []}) + b"\n"


def _json(value: Any) -> bytes:
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _arriving(source: BinaryIO) -> Iterator[list[bytes | None]]:
    """The lines of `source` as they arrive, without their ends; None for one that is too long."""
    read = getattr(source, "read1", source.read)
    rest, skipping = b"", False
    while chunk := read(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\n")
        lines: list[bytes | None] = [*whole]
        if skipping and lines:
            lines[0], skipping = None, False
        if len(rest) > LINE_LIMIT:
            rest, skipping = b"", True
        elif skipping:
            rest = b""
        yield [None if line is not None and len(line) > LINE_LIMIT else line for line in lines]
    if skipping:
        yield [None]
    elif rest:
        yield [rest]
