"""The ngrok account's authtoken: from the environment, or from the person's own ngrok configuration, read only."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from services.redact import Secret

VARIABLE = "NGROK_AUTHTOKEN"


def find_authtoken(environment: Mapping[str, str] = os.environ) -> tuple[Secret, str]:
    """The authtoken and where it was found; an empty secret where there is none."""
    if token := environment.get(VARIABLE, "").strip():
        return Secret(token), VARIABLE
    path = configuration_path(environment)
    if token := token_in(path):
        return Secret(token), str(path)
    return Secret(""), ""


def configuration_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the agent keeps the person's configuration (https://ngrok.com/docs/agent/config)."""
    home = Path(environment.get("HOME", "") or Path.home())
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "ngrok" / "ngrok.yml"
    return Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "ngrok" / "ngrok.yml"


def token_in(path: Path) -> str:
    """`agent.authtoken` of a version 3 file, `authtoken` of an older one; empty where the file does not say."""
    import yaml  # pyngrok brings it along

    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return ""
    if not isinstance(content, dict):
        return ""
    agent = content.get("agent")
    token = (agent.get("authtoken") if isinstance(agent, dict) else None) or content.get("authtoken")
    return token.strip() if isinstance(token, str) else ""
