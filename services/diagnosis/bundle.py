"""The evidence bundle: a diagnosis to paste into a ticket, as one Markdown file and the same as JSON beside it.

Both come from the report, which holds no secret. Whatever was not written by us stands between backticks, so that no
text of a token or an answer becomes a link, an image or a mention.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from services.diagnosis.report import AnswerRow, DoctorReport, DocumentRow, FindingRow, IssuerRow
from services.errors import ConfigurationError
from services.visible import visible

_LONGEST = 1_000  # characters of one value


def write_bundle(report: DoctorReport, path: Path) -> tuple[Path, Path]:
    """Write `path` (Markdown) and its JSON beside it, each whole or not at all; gives both paths.

    Raises ConfigurationError when they cannot be written.
    """
    beside = path.with_suffix(".json")
    if beside == path:
        raise ConfigurationError(f'"{path}" is the name of the JSON file.', "Name the Markdown file: bundle.md")
    _write(path, "\n".join(_lines(report)) + "\n")
    _write(beside, msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n")
    return path, beside


def _lines(report: DoctorReport) -> Iterator[str]:
    yield "# Diagnosis of a gate"
    yield ""
    yield code(report.headline)
    yield ""
    yield f"Made by Gatelight at {report.made_at}. Secrets are masked, signatures cut; identifiers are kept."
    for banner in report.banners:
        yield ""
        yield f"> {code(banner.sentence)}"
    yield from _findings(report)
    yield from _answers(report)
    yield from _gate(report)
    for title, issuer in (("The issuer", report.case.issuer), ("The token's own issuer", report.case.token_issuer)):
        if issuer is not None:
            yield from _issuer(title, issuer)
    if report.case.token is not None:
        yield from ("", "## The token", "")
        yield from _block({"header": report.case.token.header, "claims": report.case.token.claims})
        if report.case.token.other_names:
            yield f"Other members, values left out: {', '.join(code(name) for name in report.case.token.other_names)}"
    if report.not_checked:
        yield from ("", "## Not checked", "")
        for one in report.not_checked:
            yield f"* {code(one.what)}: {code(one.reason)}" + (f" (needs {code(one.needs)})" if one.needs else "")
    if report.passed:
        yield from ("", "## Checked, and right", "")
        yield ", ".join(code(title) for title in report.passed)


def _findings(report: DoctorReport) -> Iterator[str]:
    yield from ("", "## Findings, in the gateway's order", "")
    if not report.findings:
        yield "None."
    for number, finding in enumerate(report.findings, 1):
        decides = " — decides" if finding.id == report.decided_by else ""
        yield f"{number}. **{finding.title}** (`{finding.id}`, {finding.weight}{decides}): {code(finding.sentence)}"
        yield from (f"   * {line}" for line in _details(finding))


def _details(finding: FindingRow) -> Iterator[str]:
    if finding.expected is not None:
        yield f"expected {code(finding.expected)}"
    if finding.actual is not None:
        yield f"actual {code(finding.actual)}"
    if finding.difference is not None:
        yield f"difference: {code(finding.difference.remark)}"
    yield from (code(line) for line in finding.detail)
    yield f"wrong: {finding.culprit}; evidence: {finding.evidence}"
    change = finding.fix.change
    yield f"to do: {code(finding.fix.sentence)}"
    if change is not None:
        yield f"{code(change.where)} {code(change.name)}: {code(change.old)} → {code(change.new)}"
    if finding.fix.command:
        yield code(finding.fix.command)


def _answers(report: DoctorReport) -> Iterator[str]:
    told = (
        ("without a token", report.case.without_token),
        ("with the token", report.case.with_token),
        ("as captured", report.case.captured),
    )
    if not any(answer for _, answer in told):
        return
    yield from ("", "## What the gateway answered", "")
    for title, answer in told:
        if answer is not None:
            yield f"* {title}: {_answer(answer)}"
    if report.answered is not None:
        yield f"* answered by {report.answered.speaker}: {code(report.answered.sentence)}"
    if report.prediction is not None:
        yield f"* prediction: {code(report.prediction.sentence)}"


def _answer(answer: AnswerRow) -> str:
    headers = "; ".join(f"{code(name)} {code(value)}" for name, value in answer.headers.items())
    body = f"; body {code(answer.body)}" if answer.body else ""
    return f"{answer.status}; {headers}{body}"


def _gate(report: DoctorReport) -> Iterator[str]:
    rows = {name: value for name, value in msgspec.to_builtins(report.case.gate).items() if value}
    if rows:
        yield from ("", "## The gate", "")
        yield from (f"* {name.replace('_', ' ')}: {_value(value)}" for name, value in rows.items())
    for name, ahead in (("gateway", report.case.gateway_clock_ahead), ("issuer", report.case.issuer_clock_ahead)):
        if ahead is not None:
            yield f"* the {name}'s clock is {ahead:+.0f} s from this machine's"


def _issuer(title: str, issuer: IssuerRow) -> Iterator[str]:
    yield from ("", f"## {title}, as the public sees it", "")
    yield f"* issuer: {code(issuer.issuer)}; declares {code(issuer.declared_issuer or '')}"
    for name, document in (("discovery", issuer.discovery), ("keys", issuer.key_set)):
        if document is not None:
            yield f"* {name}: {_document(document)}"
    if issuer.keys:
        yield "* published keys: " + ", ".join(f"{code(key.kid)} ({code(key.kind)})" for key in issuer.keys)


def _document(document: DocumentRow) -> str:
    status = "no answer" if document.status is None else str(document.status)
    told = f"{code(document.url)}: {status}, {document.bytes:,} bytes in {document.seconds * 1000:.0f} ms"
    redirect = f", redirects to {code(document.redirect_to)}" if document.redirect_to else ""
    return told + redirect + (f"; {code(document.problem)}" if document.problem else "")


def _value(value: object) -> str:
    return ", ".join(code(str(entry)) for entry in value) if isinstance(value, list | tuple) else code(str(value))


def _block(content: object) -> Iterator[str]:
    text = json.dumps(content, ensure_ascii=True, indent=2)
    fence = "`" * max(3, _longest_run(text) + 1)
    yield from (f"{fence}json", text, fence)


def code(text: str) -> str:
    """Text of anybody's as a Markdown code span: on one line, with more backticks around it than it has in a row."""
    shown = visible(text[:_LONGEST]) + ("…" if len(text) > _LONGEST else "")
    fence = "`" * (_longest_run(shown) + 1)
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{space}{shown}{space}{fence}" if shown else "(empty)"


def _longest_run(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest


def _write(path: Path, text: str) -> None:
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.absolute().parent, prefix=".gatelight-")
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        os.close(descriptor)
        Path(temporary).write_text(text, "utf-8")
        Path(temporary).replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()


def _unwritable(path: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(f'"{path}" cannot be written: {error.strerror}.', "Name a file in a folder of yours.")
