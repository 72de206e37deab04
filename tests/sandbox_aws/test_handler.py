"""Lambda's handler semantics, as the Node workers keep them."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.sandbox.function.engine import FunctionEngine
from tests.sandbox_aws.functions import deployed


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[FunctionEngine]:
    engine = FunctionEngine(tmp_path)
    yield engine
    await engine.close()


@pytest.mark.parametrize(
    ("source", "settings", "expected"),
    [
        ("export const handler = async (event) => ({ got: event.a })", {}, {"got": 1}),
        ("export const v = await Promise.resolve(42); export const handler = async () => v", {}, 42),
        ("exports.handler = async (event) => event.a", {"file": "index.js"}, 1),
        ("export const handler = async (event) => event.a", {"file": "index.js"}, 1),
        ("exports.a = { b: async () => 'deep' }", {"file": "src/main.cjs", "handler": "src/main.a.b"}, "deep"),
        ("exports.handler = () => ({ plain: true })", {"file": "index.js"}, {"plain": True}),
        ("export const handler = async () => {}", {}, None),
        ("export const handler = async () => new Promise(() => {})", {}, None),
        ("exports.handler = (e, c, done) => done(null, 1)", {"file": "index.js", "runtime": "nodejs22.x"}, 1),
        ("exports.handler = (e, c) => { c.succeed(2) }", {"file": "index.js", "runtime": "nodejs20.x"}, 2),
        ("exports.handler = () => 'ignored'", {"file": "index.js", "runtime": "nodejs22.x"}, None),
    ],
)
async def test_a_handler_answers_as_on_lambda(
    engine: FunctionEngine, source: str, settings: dict[str, Any], expected: Any
) -> None:
    result = await engine.invoke(deployed(source, **settings), b'{"a": 1}')
    assert (json.loads(result.payload), result.function_error) == (expected, "")


@pytest.mark.parametrize(
    ("source", "settings", "kind", "message"),
    [
        ("export const handler = async () => { throw new TypeError('boom') }", {}, "TypeError", "boom"),
        ("export const handler = async () => { throw 'text' }", {}, "string", "text"),
        ("export const handler = async () => { throw '' }", {}, "string", ""),
        ("export const handler = async () => { throw null }", {}, "object", "null"),
        (
            "exports.handler = (e, c) => c.done(new Error('old'))",
            {"file": "index.js", "runtime": "nodejs22.x"},
            "Error",
            "old",
        ),
        ("export const handler = async () => 10n", {}, "Error", "Unable to stringify response body"),
        ("export const handler = async () => process.exit(3)", {}, "Runtime.ExitError", "exit status 3"),
        ("export const handler = async () => process.exit(0)", {}, "Runtime.ExitError", "without providing a reason"),
        (
            "export const handler = async () => { Promise.reject(new Error('lost')); await PAUSE }",
            {},
            "Runtime.UnhandledPromiseRejection",
            "Error: lost",
        ),
        (
            "export const handler = async () => { setTimeout(() => { throw new RangeError('late') }); await PAUSE }",
            {},
            "RangeError",
            "late",
        ),
        ("export const handler = 1 +", {}, "Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected end of input"),
        (
            "import 'nowhere'; export const handler = 1",
            {},
            "Runtime.ImportModuleError",
            "Cannot find package 'nowhere'",
        ),
        ("export const other = 1", {}, "Runtime.HandlerNotFound", "index.handler is undefined or not exported"),
        ("export const handler = 1", {}, "Runtime.HandlerNotFound", "index.handler is not a function"),
        ("", {"handler": "handler"}, "Runtime.MalformedHandlerName", "Bad handler handler"),
        ("", {"handler": "app.handler"}, "Runtime.ImportModuleError", "Error: Cannot find module 'app'"),
        ("throw new Error('at start')", {}, "Error", "at start"),
        ("", {"runtime": "python3.13"}, "Runtime.InvalidRuntime", "on Node.js only, not on 'python3.13'"),
        ("process.exit(4)", {}, "Runtime.ExitError", "exit status 4"),
        (
            "exports.handler = (event, context, callback) => callback()",
            {"file": "index.js"},
            "Runtime.CallbackHandlerDeprecated",
            "AWS Lambda has removed support for callback-based function handlers",
        ),
    ],
)
async def test_a_failure_is_reported_as_on_lambda(
    engine: FunctionEngine, source: str, settings: dict[str, Any], kind: str, message: str
) -> None:
    source = source.replace("PAUSE", "new Promise((done) => setTimeout(done, 500))")
    result = await engine.invoke(deployed(source, **settings), b"{}")
    error = json.loads(result.payload)
    assert result.function_error == "Unhandled"
    assert error["errorType"] == kind
    assert message in error["errorMessage"]


async def test_a_thrown_error_carries_its_trace(engine: FunctionEngine) -> None:
    function = deployed("export const handler = async () => { throw new Error('boom') }")
    trace = json.loads((await engine.invoke(function, b"{}")).payload)["trace"]
    assert trace[0] == "Error: boom"
    assert "index.mjs:1" in trace[1]


async def test_the_next_invocation_after_a_failed_one_works(engine: FunctionEngine) -> None:
    function = deployed("export const handler = async (event) => event.exit ? process.exit(1) : 'fine'")
    assert (await engine.invoke(function, b'{"exit": true}')).function_error == "Unhandled"
    assert (await engine.invoke(function, b"{}")).payload == b'"fine"'


async def test_a_busy_handler_is_stopped_at_its_timeout(engine: FunctionEngine) -> None:
    function = deployed("export const handler = async () => { for (;;); }", timeout_seconds=1)
    result = await engine.invoke(function, b"{}", "the-request")
    assert json.loads(result.payload) == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "RequestId: the-request Error: Task timed out after 1.00 seconds",
    }
    said = r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z the-request Task timed out after 1\.00 seconds"
    assert re.fullmatch(said, result.log[1])


async def test_the_context_tells_who_and_how_long(engine: FunctionEngine) -> None:
    source = "export const handler = async (e, c) => ({ ...c, left: c.getRemainingTimeInMillis() })"
    context = json.loads((await engine.invoke(deployed(source, name="who"), b"{}", "id-1")).payload)
    assert context["functionName"] == "who"
    assert context["invokedFunctionArn"].endswith(":function:who")
    assert context["awsRequestId"] == "id-1"
    assert context["memoryLimitInMB"] == "128"
    assert context["logGroupName"] == "/aws/lambda/who"
    assert "[$LATEST]" in context["logStreamName"]
    assert 4000 < context["left"] <= 5000


async def test_a_function_sees_its_own_environment_only(
    engine: FunctionEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_SANDBOX", "1")
    function = deployed("export const handler = async () => process.env", environment=(("MINE", "yes"),))
    seen = json.loads((await engine.invoke(function, b"{}")).payload)
    assert seen["MINE"] == "yes"
    assert seen["_HANDLER"] == "index.handler"
    assert seen["AWS_REGION"] == "us-east-1"
    assert seen["AWS_EXECUTION_ENV"] == "AWS_Lambda_nodejs24.x"
    own = {"MINE", "_HANDLER", "LAMBDA_TASK_ROOT", "LANG", "PATH", "TMPDIR", "TZ"}
    assert {name for name in seen if not name.startswith("AWS_")} == own


async def test_whatever_a_handler_prints_reaches_the_log_and_disturbs_nothing(engine: FunctionEngine) -> None:
    source = """export const handler = async (e, c) => {
        console.log("two\\nlines"); console.error({ a: 1 });
        process.stdout.write("raw \\u0000\\x01 {}\\n"); process.stderr.write("x".repeat(200000) + "\\n");
        return "done";
    }"""
    result = await engine.invoke(deployed(source), b"{}", "rid")
    assert result.payload == b'"done"'
    first, second, third, fourth = result.log[1:-2]
    assert first.endswith("\trid\tINFO\ttwo\nlines")
    assert second.endswith("\trid\tERROR\t{ a: 1 }")
    assert third == "raw \0\x01 {}"
    assert fourth == "x" * 200000
    assert result.log[0] == "START RequestId: rid Version: $LATEST"
    assert result.log[-2] == "END RequestId: rid"
    assert re.match(
        r"REPORT RequestId: rid\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\t.*Init Duration", result.log[-1]
    )
    again = await engine.invoke(deployed(source), b"{}")
    assert "Init Duration" not in again.log[-1]


async def test_a_flood_of_output_is_kept_to_a_megabyte(engine: FunctionEngine) -> None:
    source = "export const handler = async () => { process.stdout.write('y'.repeat(3 << 20) + '\\n'); return 1 }"
    result = await engine.invoke(deployed(source), b"{}")
    assert result.payload == b"1"
    assert len(result.log[1]) == 1 << 20
    assert "bytes of output left out" in result.log[2]


async def test_large_events_and_answers_pass_whole(engine: FunctionEngine) -> None:
    event = json.dumps({"text": "ü" * 1_000_000}, ensure_ascii=False).encode()
    result = await engine.invoke(deployed("export const handler = async (event) => event"), event)
    assert json.loads(result.payload) == json.loads(event)
