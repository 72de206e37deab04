"""Provisioning in the sandbox, against a shell script that makes the same resources by `curl` and `aws`."""

import json
import subprocess
import time
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import requests

from benchmarks.installation import ROOT, Installation
from benchmarks.report import Result, milliseconds

AT_LEAST = 8.0
_NAME = "benchmark"
_SCRIPT = Path(__file__).with_name("guide.sh")
_APPLICATION = "0d1f6b1a-5f0e-4f6e-9a53-2f6d3c1b7a10"


def measure(installation: Installation, aws_cli: Path, rounds: int) -> Result:
    """`gatelight up` and the script in turn, each on a fresh sandbox that already runs.

    The script creates only; `up` also looks first whether each resource is there, and makes twice as many calls.
    """
    package = installation.folder / "function.zip"
    with zipfile.ZipFile(package, "w") as archive:
        archive.write(ROOT / "lambda_template" / "index.mjs", "index.mjs")
    ours, inside, by_hand = [], [], []
    for turn in range(-1, rounds):
        with _sandbox(installation) as endpoints:
            process, steps = _up(installation)
        with _sandbox(installation) as endpoints:
            script = _guide(installation, aws_cli, package, endpoints)
        if turn >= 0:
            ours.append(process)
            inside.append(steps)
            by_hand.append(script)
    ratio = median(theirs / mine for mine, theirs in zip(inside, by_hand, strict=True))
    whole = median(theirs / mine for mine, theirs in zip(ours, by_hand, strict=True))
    return Result(
        title="Provisioning in the sandbox against a script of curl and aws",
        value=f"{ratio:.1f} times faster",
        target=f"at least {AT_LEAST:.0f} times",
        met=ratio >= AT_LEAST,
        details=(
            f"script            {milliseconds(by_hand)}",
            f"gatelight's steps {milliseconds(inside)}, importing boto3 included",
            f"all of `up`       {milliseconds(ours)}, from exec to exit: {whole:.1f} times faster",
        ),
    )


@contextmanager
def _sandbox(installation: Installation) -> Iterator[dict[str, Any]]:
    command = [str(installation.gatelight), "sandbox", "--name", _NAME, "--until-stdin-closes"]
    process = subprocess.Popen(
        command,
        env=installation.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.stdin.close()


def _up(installation: Installation) -> tuple[float, float]:
    """Seconds of the whole process, and of the steps alone as it reports them."""
    began = time.perf_counter()
    done = subprocess.run(
        [installation.gatelight, "up", "--sandbox", _NAME, "--json"],
        env=installation.environment,
        capture_output=True,
        check=True,
        timeout=60,
    )
    return time.perf_counter() - began, json.loads(done.stdout)["seconds"]


def _guide(installation: Installation, aws_cli: Path, package: Path, endpoints: dict[str, Any]) -> float:
    """Seconds the script takes. Raises RuntimeError unless what it made answers 401, and 200 to a token."""
    fusionauth, aws, user = endpoints["fusionauth"], endpoints["aws"], endpoints["user"]
    environment = {
        **installation.environment,
        "PATH": f"{aws_cli}:{installation.environment['PATH']}",
        "AWS_ENDPOINT_URL": aws["endpoint_url"],
        "AWS_REGION": aws["region"],
        "AWS_DEFAULT_REGION": aws["region"],
        "AWS_ACCESS_KEY_ID": aws["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": aws["secret_access_key"],
        "AWS_CONFIG_FILE": "/dev/null",
        "FUSIONAUTH_URL": fusionauth["url"],
        "FUSIONAUTH_KEY": fusionauth["api_key"],
        "TENANT_ID": fusionauth["tenant_id"],
        "ISSUER": endpoints["public_url"],
        "GATEWAY_URL": endpoints["gateway_url"],
        "EMAIL": user["email"],
        "PASSWORD": user["password"],
        "PACKAGE": str(package),
        "APPLICATION_ID": _APPLICATION,
        **{name: str(uuid.uuid4()) for name in ("ACCESS_KEY_ID", "ID_KEY_ID", "USER_ID")},
    }
    began = time.perf_counter()
    done = subprocess.run(["sh", _SCRIPT], env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=120)
    seconds = time.perf_counter() - began
    _check(done.stdout.strip(), fusionauth, user)
    return seconds


def _check(url: str, fusionauth: dict[str, Any], user: dict[str, str]) -> None:
    login = requests.post(
        f"{fusionauth['url']}/api/login",
        json={"loginId": user["email"], "password": user["password"], "applicationId": _APPLICATION},
        headers={"Authorization": fusionauth["api_key"], "X-FusionAuth-TenantId": fusionauth["tenant_id"]},
        timeout=10,
    ).json()
    answers = [
        requests.get(url, headers=headers, timeout=10).status_code
        for headers in ({}, {"Authorization": f"Bearer {login['token']}"})
    ]
    if answers != [401, 200]:
        raise RuntimeError(f"What the script made answers {answers} instead of 401 and 200.")
