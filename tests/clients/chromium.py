"""Headless Chromium by its DevTools protocol, as far as a person at a login page needs it.

The protocol goes through a pipe (`--remote-debugging-pipe`: JSON between NULs on descriptors 3 and 4), so no port is
open, and closing the pipe ends the browser.
"""

import base64
import itertools
import json
import os
import queue
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPLICATION = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
TIMEOUT = 20
UNNAMED = ("StaticText", "InlineTextBox", "LabelText", "generic", "paragraph")
SWITCHES = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",  # root in a container cannot have one; nothing but the tests' own pages is opened
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--window-size=1000,720",
)


def executable() -> str | None:
    """Chromium or Chrome where it is installed."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or (str(APPLICATION) if APPLICATION.exists() else None)


class Chromium:
    """A running browser."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._waiting: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self._tabs: dict[str, Tab] = {}
        threading.Thread(target=self._read, daemon=True).start()

    def command(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Send one command and give its result."""
        answer: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        message = {"method": method, "params": parameters} | ({"sessionId": session} if session else {})
        with self._lock:
            number = next(self._numbers)
            self._waiting[number] = answer
            assert self._process.stdin
            self._process.stdin.write(json.dumps(message | {"id": number}).encode() + b"\0")
            self._process.stdin.flush()
        said = answer.get(timeout=TIMEOUT)
        assert "result" in said, (method, said)
        result: dict[str, Any] = said["result"]
        return result

    @contextmanager
    def tab(self) -> Iterator["Tab"]:
        """A tab with cookies of its own."""
        context = self.command("Target.createBrowserContext")["browserContextId"]
        target = self.command("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = self._tabs[session] = Tab(self, session)
        for domain in ("Page", "Network", "Log"):
            tab.command(f"{domain}.enable")
        yield tab
        self.command("Target.disposeBrowserContext", browserContextId=context)

    def _read(self) -> None:
        assert self._process.stdout
        rest = b""
        while part := self._process.stdout.read1():  # type: ignore[attr-defined]  # a BufferedReader, says the manual
            *messages, rest = (rest + part).split(b"\0")
            for message in map(json.loads, messages):
                if "id" in message:
                    self._waiting.pop(message["id"]).put(message)
                elif tab := self._tabs.get(message.get("sessionId", "")):
                    tab.hear(message["method"], message["params"])


class Tab:
    """One page after the other, as a person with a keyboard uses it.

    `asked` is every address that was asked for, `complaints` what the console says: broken policies, failed requests.
    """

    def __init__(self, browser: Chromium, session: str) -> None:
        self._browser = browser
        self._session = session
        self.asked: list[str] = []
        self.complaints: list[str] = []

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command to this tab."""
        return self._browser.command(method, self._session, **parameters)

    def hear(self, method: str, parameters: dict[str, Any]) -> None:
        """Take note of an event."""
        if method == "Network.requestWillBeSent":
            self.asked.append(parameters["request"]["url"])
        if method == "Log.entryAdded":
            self.complaints.append(parameters["entry"]["text"])

    def open(self, url: str) -> None:
        """Go to an address and wait for the page."""
        self.command("Page.navigate", url=url)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def js(self, expression: str) -> Any:
        """The value of an expression in the page; promises are awaited."""
        said = self.command("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in said, said
        return said["result"].get("value")

    def until(self, expression: str) -> None:
        """Wait until an expression is true of the page, whichever that is by then."""
        deadline = time.monotonic() + TIMEOUT
        while not self._is_true(expression):
            assert time.monotonic() < deadline, (expression, self.js("document.documentElement.outerHTML"))
            time.sleep(0.02)

    def type(self, text: str) -> None:
        """Type into what has the focus, in place of what is there."""
        self.js("document.activeElement.select()")
        self.command("Input.insertText", text=text)

    def press(self, key: str) -> None:
        """Press Enter or Tab."""
        code = {"Enter": 13, "Tab": 9}[key]
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.command("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text)

    def seen(self) -> list[tuple[str, str]]:
        """Role and name of what assistive technology is told of, in the page's order; plain text is left out."""
        nodes = self.command("Accessibility.getFullAXTree")["nodes"]
        told = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]
        return [(role, name.strip()) for role, name in told if role not in UNNAMED]

    def picture(self, path: Path) -> None:
        """Write what is on the screen as a PNG, for a person to look at."""
        path.write_bytes(base64.b64decode(self.command("Page.captureScreenshot")["data"]))

    def _is_true(self, expression: str) -> bool:
        said = self.command("Runtime.evaluate", expression=f"Boolean({expression})", returnByValue=True)
        return said["result"].get("value") is True


@contextmanager
def chromium(path: str, profile: Path) -> Iterator[Chromium]:
    """Run the browser with an empty profile in a folder of its own."""
    shell = ["/bin/sh", "-c", 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1', "sh"]
    process = subprocess.Popen(
        [*shell, path, *SWITCHES, f"--user-data-dir={profile}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        browser = Chromium(process)
        yield browser
        browser.command("Browser.close")
        process.wait(TIMEOUT)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(TIMEOUT)
        for stream in (process.stdin, process.stdout):
            assert stream
            stream.close()
