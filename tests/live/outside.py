"""Prints what a profile has on both sides, as `requests` and `boto3` see it, without Gatelight: a program of its own.

It runs in the environment of whoever runs the tests: a test's own process has neither the credentials nor a network.
Arguments: the profile's name and its file.
"""

import json
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import boto3
import requests

TAG = "gatelight:profile"
RETRIED = {"retries": {"mode": "standard", "total_max_attempts": 5}}


def fusionauth(settings: dict[str, Any], name: str) -> dict[str, Any]:
    """The tenants' issuers, and what bears the profile's name."""

    def read(path: str) -> Any:
        headers = {"Authorization": os.environ["GATELIGHT_FUSIONAUTH_API_KEY"]}
        answer = requests.get(settings["url"] + path, headers=headers, timeout=20)
        answer.raise_for_status()
        return answer.json()

    return {
        "issuers": {tenant["id"]: tenant["issuer"] for tenant in read("/api/tenant")["tenants"]},
        "keys": sorted(key["name"] for key in read("/api/key")["keys"] if f"Gatelight {name}:" in key["name"]),
        "applications": sorted(
            each["name"] for each in read("/api/application").get("applications", []) if each["name"] == name
        ),
    }


def aws(settings: dict[str, Any], name: str) -> dict[str, Any]:
    """What carries the profile's tag or names, and the account it is in."""
    session = boto3.Session(profile_name=settings.get("profile") or None, region_name=settings.get("region") or None)

    def client(service: str) -> Any:
        from botocore.config import Config

        return session.client(service, config=Config(**RETRIED))

    apis = client("apigatewayv2").get_paginator("get_apis").paginate()
    functions = client("lambda").get_paginator("list_functions").paginate()
    roles = client("iam").get_paginator("list_roles").paginate()
    groups = client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]
    names = (each["FunctionName"] for page in functions for each in page["Functions"])
    return {
        "account": client("sts").get_caller_identity()["Account"],
        "apis": [api["ApiId"] for page in apis for api in page["Items"] if api.get("Tags", {}).get(TAG) == name],
        "functions": [each for each in names if each == name],
        "roles": [role["RoleName"] for page in roles for role in page["Roles"] if role["RoleName"] == name],
        "log groups": [group["logGroupName"] for group in groups],
    }


if __name__ == "__main__":
    _, wanted, file = sys.argv
    profile = tomllib.loads(Path(file).read_text())
    seen = {"fusionauth": fusionauth(profile["fusionauth"], wanted), "aws": aws(profile.get("aws", {}), wanted)}
    json.dump(seen, sys.stdout)
