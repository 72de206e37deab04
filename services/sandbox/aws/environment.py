"""The environment MiniStack is imported in: quiet, forgetful, confined to one folder, and without a way to run code.

MiniStack reads these variables when it is imported. A value the person has set for a MiniStack of their own must not
reach ours, so everything that matters is set, defaults included.
"""

import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from services.sandbox.endpoints import AwsEndpoint

SERVICES = ("iam", "sts", "lambda", "apigateway", "logs", "cloudformation", "tagging")


def ministack_environment(folder: Path, endpoint: AwsEndpoint) -> dict[str, str]:
    """The variables for a MiniStack that keeps to `folder` and to `endpoint`'s port, account and region."""
    port = str(urlsplit(endpoint.endpoint_url).port)
    return {
        "MINISTACK_HOST": "localhost",
        "GATEWAY_PORT": port,
        "EDGE_PORT": port,
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": endpoint.account_id,
        "MINISTACK_REGION": endpoint.region,
        "SERVICES": ",".join(SERVICES),
        "LOG_LEVEL": "CRITICAL",
        "AUTH": "false",
        "USE_SSL": "0",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "0",
        "S3_PERSIST": "0",
        "LOCALSTACK_PERSISTENCE": "0",
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "TMPDIR": str(folder),
        # Functions run in our own workers; should anything inside MiniStack try to run one, it must find nothing.
        "LAMBDA_STRICT": "1",
        "LAMBDA_EXECUTOR": "docker",
        "DOCKER_HOST": f"unix://{folder / 'no-docker.sock'}",
    }


def import_ministack(folder: Path, endpoint: AwsEndpoint) -> bool:
    """Set the environment and import MiniStack, which takes a tenth of a second. True when it was imported before, and
    therefore may remember things."""
    known = "ministack.app" in sys.modules
    os.environ.update(ministack_environment(folder, endpoint))
    tempfile.tempdir = str(folder)  # Python asks for TMPDIR once only, and may have done so already
    import ministack.app  # noqa: F401 - must come after the environment

    return known
