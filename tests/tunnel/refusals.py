"""What ngrok says when it refuses, as its documentation and its agents word it (https://ngrok.com/docs/errors)."""

_DASHBOARD = "https://dashboard.ngrok.com"
_TEXTS = {
    "4018": (
        "Usage of ngrok requires a verified account and authtoken.\n\n"
        f"Sign up for an account: {_DASHBOARD}/signup\n"
        f"Install your authtoken: {_DASHBOARD}/get-started/your-authtoken"
    ),
    "105": "The authtoken you specified does not look like a proper ngrok authtoken.\nYour authtoken: {token}",
    "107": "The authtoken you specified is properly formed, but it is invalid.\nYour authtoken: {token}",
    "108": "Your account is limited to {limit} simultaneous ngrok agent sessions.",
    "320": "This domain is reserved for another account.",
    "334": (
        "The endpoint '{url}' is already online. Either\n1. stop your existing endpoint first, or\n"
        "2. start both endpoints with `--pooling-enabled` to load balance between them."
    ),
}


def refusal(code: str, **values: object) -> str:
    """The text of a code with its last line, `ERR_NGROK_…`."""
    text = _TEXTS.get(code, "An error that ngrok has a number for.").format(**values)
    return f"{text}\n\nERR_NGROK_{code}\n"
