"""One sign-in to AWS: boto3's session under one set of credentials, shared by all that work with them.

It signs in every way that boto3 knows. What botocore would ask for at the terminal it asks the person for, and a
program that gives credentials gets a deadline.
"""

import os
import re
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from services.aws.failures import aws_errors
from services.aws.regions import check_region, loader
from services.errors import ConfigurationError
from services.redact import Redactor, Secret

_CODE = re.compile(r"[0-9]{6}")
GiveCode = Callable[[str], str]
_FILES = ("config_file", "credentials_file")
_PROCESS_SECONDS = 60.0
_REFUSED_SECONDS = 5.0  # several calls may wait for one code: who gives up once is not asked again by each of them


class SignIn:
    """Safe to share between threads. Without a profile boto3's own chain decides, with keys of our own nothing does."""

    def __init__(
        self,
        redactor: Redactor,
        *,
        profile: str = "",
        region: str = "",
        access_key_id: str = "",
        secret_access_key: Secret | None = None,
        give_code: GiveCode | None = None,
    ) -> None:
        """`give_code` is asked for the code of an MFA device, by the device's name."""
        self.profile = profile
        self._redactor = redactor
        self._region = region or ("" if access_key_id else os.environ.get("AWS_REGION", ""))
        self._access_key_id = access_key_id
        self._secret_access_key = secret_access_key
        self._give_code = give_code
        self._gave_up = -_REFUSED_SECONDS
        self.code_pending = False  # whether an MFA code is being used for the first time
        self._lock = threading.RLock()
        self._session: Any = None

    @property
    def region(self) -> str:
        """The region in force: the one given, `AWS_REGION`, or what boto3's chain finds; empty when there is none."""
        return self._region or self.session().region_name or ""

    def session(self) -> Any:
        """The boto3 session. Raises ConfigurationError for an unusable profile or region."""
        with self._lock:
            if self._session is None:
                with aws_errors(self.profile):
                    self._session = self._make()
            return self._session

    def renew(self, session: Any) -> None:
        """Forget the session, if it still is the one in use: the next one signs in anew."""
        with self._lock:
            if self._session is session:
                self._session = None
                self.code_pending = False

    def _make(self) -> Any:
        import boto3

        isolated = bool(self._access_key_id)
        if self._secret_access_key:
            self._redactor.register(self._secret_access_key)
        session = boto3.Session(
            botocore_session=new_session(isolated=isolated),
            aws_access_key_id=self._access_key_id or None,
            aws_secret_access_key=self._secret_access_key.reveal() if self._secret_access_key else None,
            region_name=self._region or None,
            profile_name=self.profile or None,
        )
        if not isolated:
            if session.region_name:
                check_region(session.region_name)
            _ask_ourselves(session._session.get_component("credential_provider"), self._code)
        return session

    def _code(self, prompt: str) -> str:
        """What botocore's prompt for an MFA code gets. Raises ConfigurationError where nobody gives one."""
        device = prompt.removeprefix("Enter MFA code for ").rstrip(": ")
        code, self.code_pending = "", True
        if self._give_code and time.monotonic() - self._gave_up >= _REFUSED_SECONDS:
            code = self._give_code(device).strip()
        if not code:
            self._gave_up = time.monotonic()
            option = f" --profile {self.profile}" if self.profile else ""
            raise ConfigurationError(
                f'AWS asks for a code of the MFA device "{device}", and none was given.',
                "Try again and give it; or sign in beforehand and hand the result over in the environment: "
                f'eval "$(aws configure export-credentials{option} --format env)"',
            )
        if not _CODE.fullmatch(code):
            raise ConfigurationError(
                f'A code of the MFA device "{device}" has six digits; this one has not.', "Try again with the next one."
            )
        self._redactor.register(Secret(code))
        return code


def client_settings(*, attempts: int = 3, **more: Any) -> Any:
    """The deadlines of every client. botocore repeats a call by itself up to so many `attempts`, creations included."""
    from botocore.config import Config

    return Config(
        connect_timeout=4,
        read_timeout=20,
        retries={"mode": "standard", "total_max_attempts": attempts},
        user_agent_extra="gatelight",
        **more,
    )


def new_session(*, isolated: bool) -> Any:
    """A botocore session. An `isolated` one reads nothing of the person's: no files, no `AWS_…` variables."""
    import botocore.session

    session = botocore.session.get_session()
    session.register_component("data_loader", loader())
    session.set_default_client_config(client_settings())  # also for the clients that botocore signs in with
    if isolated:
        variables = session.session_var_map
        for name, (_, _, default, convert) in list(variables.items()):
            variables[name] = (None, None, os.devnull if name in _FILES else default, convert)
    return session


def _ask_ourselves(resolver: Any, code: Callable[[str], str]) -> None:
    """Put ourselves where botocore would wait for a terminal or, without end, for a program.

    Botocore has no public place for either; a version that has moved them goes on asking in its own way.
    """
    with suppress(Exception):
        assuming = resolver.get_provider("assume-role")
        assuming._prompter = code
        builder = assuming._profile_provider_builder
        make = builder._create_process_provider

        def make_with_deadline(profile_name: str) -> Any:
            provider = make(profile_name)
            provider._popen = _Program
            return provider

        builder._create_process_provider = make_with_deadline
        resolver.get_provider("custom-process")._popen = _Program


class _Program:
    """A `credential_process` under way, as far as botocore uses one. It cannot hang, and its output is never told."""

    def __init__(self, arguments: list[str], **pipes: Any) -> None:
        try:
            self._process = subprocess.Popen(arguments, **pipes)
        except OSError as error:
            raise _no_credentials(f'"{arguments[0]}" cannot be started: {error.strerror}') from None
        self.returncode = 0

    def communicate(self) -> tuple[bytes, bytes]:
        """What it said. Raises botocore's CredentialRetrievalError when it takes too long or says no JSON."""
        import json

        try:
            out, err = self._process.communicate(timeout=_PROCESS_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            raise _no_credentials(f"it did not end within {_PROCESS_SECONDS:.0f} s") from None
        self.returncode = self._process.returncode
        if self.returncode == 0:
            try:
                json.loads(out)
            except ValueError:
                raise _no_credentials("what it printed is no JSON") from None
        last = err.decode("utf-8", "replace").strip().rpartition("\n")[2][:300]
        return out, (last or f"it ended with exit code {self.returncode}").encode()


def _no_credentials(problem: str) -> Exception:
    from botocore.exceptions import CredentialRetrievalError

    error: Exception = CredentialRetrievalError(provider="credential_process", error_msg=problem)
    return error
