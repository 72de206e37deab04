"""Every refusal of ngrok's that people meet: its text as documented, where it is said, and what there is to do.

The texts are those of https://ngrok.com/docs/errors and of agents; X is filled in by ngrok.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.tunnel.provider import Condition


class Home(StrEnum):
    """Where ngrok says it."""

    START = "start"  # the agent's log and its standard error, before it ends
    CONNECT = "connect"  # the body of the agent's API
    EDGE = "edge"  # an answer at the public address, with its code in a header


@dataclass(frozen=True)
class Row:
    """One refusal. `fix` is a word of what to do; `status` and `condition` are those of an answer at the edge."""

    code: str
    home: Home
    text: str
    fix: str
    status: int = 0
    condition: Condition = Condition.WRONG_ANSWER
    retry: bool = False


_START, _CONNECT, _EDGE = Home
_SPENT = "Your account has exceeded its limit of X this month."

ROWS = (
    Row(
        "4018",
        _START,
        "This ngrok session is not authenticated. ngrok requires an account and a valid credential to start a session.",
        "your-authtoken",
    ),
    Row("4018", _START, "Usage of ngrok requires a verified account and authtoken.", "your-authtoken"),
    Row(
        "105",
        _START,
        "The authtoken you specified does not look like a proper ngrok authtoken. Your authtoken: X",
        "not an API key",
    ),
    Row(
        "106",
        _START,
        "The authtoken you specified is an ngrok v1 authtoken, but you're using ngrok v2.",
        "a new authtoken",
    ),
    Row("107", _START, "The authtoken you specified is properly formed, but it is invalid.", "Copy it anew"),
    Row("300", _START, "The authtoken credential X has been revoked and is no longer valid.", "Copy it anew"),
    Row("300", _CONNECT, "The authtoken credential X has been revoked and is no longer valid.", "Copy it anew"),
    Row("108", _START, "Your account is limited to X simultaneous ngrok agent sessions.", "dashboard.ngrok.com/agents"),
    Row("120", _START, 'Your agent version "X" is no longer supported.', "ngrok update"),
    Row(
        "121",
        _START,
        'Your ngrok-agent version "X" is too old. The minimum supported agent version for your account is "X".',
        "ngrok update",
    ),
    Row(
        "123",
        _START,
        'The account "X" may not start an ngrok agent session until the admin\'s email address is verified.',
        "Verify it",
    ),
    Row("102", _START, "Your account was suspended.", "support"),
    Row("103", _START, "Your account is past due.", "support"),
    Row("337", _CONNECT, "This account is blocked.", "support"),
    Row("338", _CONNECT, "This account is blocked.", "support"),
    Row("8014", _CONNECT, "This account is blocked.", "support"),
    Row(
        "116",
        _START,
        "Your IP X does not match the IP ACL policy specified for your credentials.",
        "another network",
    ),
    Row(
        "9009",
        _START,
        "Running the agent with an http/s proxy is a Pay-as-you-go feature. If you did not intend to, verify that the "
        "http_proxy environment variable is not set.",
        "without http_proxy",
    ),
    Row(
        "334",
        _CONNECT,
        "The endpoint `X` is already online. Either 1. stop your existing endpoint first, or 2. start both endpoints "
        "with `--pooling-enabled` to load balance between them.",
        "Do not pool",
    ),
    Row(
        "324",
        _CONNECT,
        "Your account may not run more than X endpoints over a single ngrok agent session.",
        "dashboard.ngrok.com/endpoints",
    ),
    Row("350", _CONNECT, "Your account is limited to X endpoints in a session.", "dashboard.ngrok.com/endpoints"),
    Row(
        "319",
        _CONNECT,
        "You must reserve a custom hostname for your account before it can be used.",
        "tunnel.domain",
    ),
    Row("320", _CONNECT, "This domain is reserved for another account.", "tunnel.domain"),
    Row("313", _CONNECT, "Only paid plans may create endpoints with custom subdomains.", "tunnel.domain"),
    Row("314", _CONNECT, "Only paid plans may create endpoints with custom hostnames.", "tunnel.domain"),
    Row("15000", _CONNECT, "You are not allowed to create endpoints with subdomains on X.", "tunnel.domain"),
    Row("15002", _CONNECT, "This feature requires you to register a Domain.", "dashboard.ngrok.com/domains"),
    Row(
        "15013",
        _CONNECT,
        "Your account is requesting a dev domain that does not exist. Visit https://dashboard.ngrok.com/domains.",
        "Claim it",
    ),
    Row("3200", _EDGE, "The endpoint is offline.", "Open the tunnel again", 404, Condition.OFFLINE),
    Row(
        "8012",
        _EDGE,
        "Traffic successfully made it to the ngrok agent, but the agent failed to establish a connection to the "
        "upstream web service at X.",
        "Start FusionAuth",
        502,
        Condition.NO_FUSIONAUTH,
        retry=True,
    ),
    Row(
        "3004",
        _EDGE,
        "The server returned an invalid or incomplete HTTP response.",
        "http port",
        502,
        Condition.NO_FUSIONAUTH,
        retry=True,
    ),
    Row("6024", _EDGE, "You are about to visit X. This website is served for free.", "ngrok-skip-browser-warning", 200),
    *(Row(code, _EDGE, _SPENT, "usage", 429) for code in ("725", "726", "727", "734", "4026", "4027")),
)

# What carries no code: (the agent's words, a word of what to do, whether trying again can help).
WITHOUT_A_CODE = (
    ("dial tcp: lookup connect.ngrok-agent.com on 10.0.0.1:53: no such host", "ngrok diagnose", True),
    ("dial tcp 3.134.73.173:443: connect: connection refused", "ngrok diagnose", True),
    ("dial tcp 3.134.73.173:443: i/o timeout", "ngrok diagnose", True),
    ('failed to dial ngrok server with address "connect.ngrok-agent.com:443"', "ngrok diagnose", True),
    ("tls: failed to verify certificate: x509: certificate signed by unknown authority", "connect_cas", False),
    ("Error reading configuration file: unknown version '3'. valid versions are: [1 2]", "ngrok update", False),
    ("[Errno 2] No such file or directory: '/usr/local/bin/ngrok'", "by hand", False),
    ("nonsense", "by hand", False),
    ("", "by hand", False),
)
