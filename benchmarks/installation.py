"""Gatelight installed from its wheel, and the AWS CLI, each in a virtual environment of its own.

A source tree would not do: where PYTHONDONTWRITEBYTECODE is set, its modules are compiled anew at every start, while
pip compiles what it installs.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
AWS_CLI = "awscli==1.46.3"


@dataclass(frozen=True, slots=True)
class Installation:
    """What the benchmarks run, in a temporary folder that also holds all state of the runs."""

    folder: Path
    gatelight: Path
    python: Path

    @property
    def environment(self) -> dict[str, str]:
        """Ours without Python's and AWS's settings, and with every folder that Gatelight writes to in `folder`."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
        return kept | {
            "GATELIGHT_STATE_DIR": str(self.folder / "state"),
            "GATELIGHT_CONFIG_DIR": str(self.folder / "config"),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }


def install(folder: Path) -> Installation:
    """Build the wheel and install it with the sandbox extra at the pinned versions. Raises CalledProcessError."""
    scripts = _environment(folder / "gatelight")
    _pip(scripts, "--constraint", str(ROOT / "constraints.txt"), f"{ROOT}[sandbox]")
    return Installation(folder, scripts / "gatelight", scripts / "python")


def install_aws_cli(folder: Path) -> Path:
    """Install the AWS CLI, which wants another botocore than the sandbox, beside it; returns the folder it is in."""
    scripts = _environment(folder / "awscli")
    _pip(scripts, AWS_CLI)
    return scripts


def _environment(folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    return folder / "bin"


def _pip(scripts: Path, *arguments: str) -> None:
    command = [str(scripts / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True)
