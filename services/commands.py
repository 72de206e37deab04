"""An exchange as a command that says the same thing: `curl` for HTTP, `aws` for AWS.

The commands run as they are: a secret is read from an environment variable and reaches curl through standard input,
never through its arguments, where every process on the machine could read it.
"""

import json
import shlex
from collections.abc import Mapping
from typing import Any

from services.aws.package import handler_path
from services.exchange import AwsCall, Exchange
from services.redact import SafeText, Secret

TOKEN_VARIABLE = "GATELIGHT_TOKEN"  # noqa: S105 - a variable's name
_BEARER = "Bearer "
_CURL_ADDS = frozenset(("content-length", "user-agent", "accept-encoding", "connection", "host", "accept"))


def command_for(exchange: Exchange, variables: Mapping[Secret, str]) -> str:
    """The exchange as a shell command. `variables` names the environment variable that holds each secret."""
    return aws_command(exchange.aws) if exchange.aws else _curl(exchange, variables)


def _curl(exchange: Exchange, variables: Mapping[Secret, str]) -> str:
    words = ["curl", "-sS", "-i"]
    if exchange.method != "GET":
        words += ["-X", exchange.method]
    words.append(shlex.quote(exchange.url))
    through_stdin: list[str] = []
    for name, value in exchange.request_headers:
        if name.lower() in _CURL_ADDS:
            continue
        if value.secrets:
            through_stdin.append(f"{name}: {_shell_text(value, variables)}")
        else:
            words += ["-H", shlex.quote(f"{name}: {value}")]
    prelude = ""
    if exchange.request_body.secrets:
        prelude, data = _body_through_stdin(exchange.request_body, variables)
        config = [f'header = "{header}"' for header in through_stdin]
        return _with_stdin(f"{prelude}{' '.join([*words, '-K', '-'])}", [*config, data])
    if exchange.request_body:
        words += ["--data-raw", shlex.quote(str(exchange.request_body))]
    if through_stdin:
        return _with_stdin(" ".join([*words, "-H", "@-"]), through_stdin)
    return " ".join(words)


def _shell_text(text: SafeText, variables: Mapping[Secret, str]) -> str:
    """Text for a here-document: what is ours literally, a secret as its variable."""
    shown = []
    for part in text.parts:
        if isinstance(part, str):
            shown.append(_literal(part))
        elif part.reveal().startswith(_BEARER):
            shown.append(f"{_BEARER}${_variable(Secret(part.reveal().removeprefix(_BEARER)), part, variables)}")
        else:
            shown.append(f"${{{_variable(part, part, variables)}}}")
    return "".join(shown)


def _variable(secret: Secret, whole: Secret, variables: Mapping[Secret, str]) -> str:
    return variables.get(secret) or variables.get(whole) or TOKEN_VARIABLE


def _body_through_stdin(body: SafeText, variables: Mapping[Secret, str]) -> tuple[str, str]:
    """The body as a line of a curl configuration; secrets are escaped for JSON, then for the configuration."""
    prelude: dict[str, str] = {}
    shown = []
    for part in body.parts:
        if isinstance(part, str):
            shown.append(_literal(part.replace("\\", "\\\\").replace('"', '\\"')))
            continue
        name = _variable(_from_json(part), part, variables)
        local = name.rpartition("_")[2].lower()
        prelude[local] = f'{local}=$(printf %s "${name}" | sed \'s/[\\\\"]/\\\\&/g; s/[\\\\"]/\\\\&/g\')\n'
        shown.append(f"${{{local}}}")
    return "".join(prelude.values()), f'data-raw = "{"".join(shown)}"'


def _from_json(part: Secret) -> Secret:
    """A secret as it was before it was written into a JSON string."""
    try:
        return Secret(str(json.loads(f'"{part.reveal()}"')))
    except ValueError:
        return part


def _literal(text: str) -> str:
    """Text that a here-document passes on unchanged."""
    return text.replace("\\", "\\\\").replace("$", "\\$").replace("`", "\\`")


def _with_stdin(command: str, lines: list[str]) -> str:
    return "\n".join([f"{command} <<END", *lines, "END"])


def aws_command(call: AwsCall) -> str:
    """An AWS operation as a command for the AWS CLI."""
    from botocore import xform_name

    words = ["aws", call.service, xform_name(call.operation, "-")]
    prelude = ""
    parameters = dict(call.parameters)
    if _takes_package(parameters):
        package = f"/tmp/gatelight-{parameters.get('FunctionName', 'function')}.zip"  # noqa: S108 - a proposal in a text
        prelude = f"python3 -m zipfile -c {package} {shlex.quote(handler_path())} && \\\n  "
        words += ["--zip-file", f"fileb://{package}"]
    if parameters:
        words += ["--cli-input-json", shlex.quote(json.dumps(parameters, default=str))]
    if call.region:
        words += ["--region", call.region]
    if call.endpoint_url:
        words += ["--endpoint-url", call.endpoint_url]
    if call.profile:
        words += ["--profile", shlex.quote(call.profile)]
    return prelude + " ".join(words)


def _takes_package(parameters: dict[str, Any]) -> bool:
    """Whether the call uploads the function's code; the code is taken out of the parameters, a file takes its place."""
    code = parameters.get("Code")
    if isinstance(code, dict) and "ZipFile" in code:
        del parameters["Code"]
        return True
    return parameters.pop("ZipFile", None) is not None
