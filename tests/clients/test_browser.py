"""The code flow through a real browser: the pages a person sees, and what a browser lets other pages do."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from services.cancel import Cancellation
from services.errors import ExpectationFailed
from services.redact import Secret
from services.tokens.callback import Callback
from services.tokens.hand import TokenInHand
from services.workbench import Workbench
from tests.benches import PASSWORD, Bench, up
from tests.clients.chromium import TIMEOUT, Chromium, Tab, chromium, executable
from tests.core.conftest import Canned, Server, server
from tests.sandbox_fusionauth.browser import App, asked
from tests.sandbox_fusionauth.conftest import Client

__all__ = ["server"]
CHROMIUM = executable()
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="neither Chromium nor Chrome is installed")
CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
STATE = "a-state-that-nobody-guesses-0123456789-abcdef"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One browser for the tests of this file."""
    with chromium(CHROMIUM or "", tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture
def tab(browser: Chromium) -> Iterator[Tab]:
    """A tab that nobody has used."""
    with browser.tab() as fresh:
        yield fresh


def log_in(workbench: Workbench, person: Callable[[], None], tab: Tab, *scopes: str) -> TokenInHand:
    """Log in as Gatelight does it; the person acts in the tab once its first page is there."""
    failed: list[BaseException] = []
    cancellation = Cancellation()

    def act(url: str) -> None:
        try:
            tab.open(url)
            person()
        except BaseException as error:  # noqa: BLE001 - raised again where the test waits
            failed.append(error)
            cancellation.cancel()

    threads: list[threading.Thread] = []

    def open_browser(url: str) -> bool:
        threads.append(threading.Thread(target=act, args=(url,)))
        threads[0].start()
        return True

    try:
        return workbench.tokens.by_browser(cancellation, open_browser=open_browser, scopes=scopes)
    finally:
        threads[0].join(TIMEOUT)
        if failed:
            raise failed[0]


def test_a_person_logs_in_with_the_keyboard_and_the_gate_opens(workbench: Workbench, sandbox: Bench, tab: Tab) -> None:
    up(workbench)
    title = f"Log in to {sandbox.name}"
    form = [("form", ""), ("textbox", "Email or username"), ("textbox", "Password"), ("button", "Log in")]
    pages = []

    def person() -> None:
        pages.append(tab.seen())
        assert tab.js("document.activeElement.name") == "password", "the name is known already"
        tab.type("wrong")
        tab.press("Enter")
        tab.until("document.querySelector('[role=alert]')")
        pages.append(tab.seen())
        assert tab.js("document.querySelector('[role=alert]').innerText") == "Invalid login credentials."
        assert tab.js("document.getElementsByName('loginId')[0].value") == sandbox.email
        tab.type(PASSWORD)
        tab.press("Enter")
        tab.until("document.title.startsWith('Almost there')")
        pages.append(tab.seen())
        assert "go back to the terminal" in tab.js("document.body.innerText")

    token = log_in(workbench, person, tab)
    assert workbench.call(token, Cancellation()).opens_as_it_should
    first, second, last = pages
    assert first == [("RootWebArea", f"{title} · Gatelight"), ("main", ""), ("heading", title), *form]
    assert second == [*first[:3], ("alert", ""), *form]
    assert last == [("RootWebArea", "Almost there · Gatelight"), ("main", ""), ("heading", "Almost there")]
    ours = (sandbox.record.endpoints.fusionauth.url, "http://127.0.0.1:87")
    assert [url for url in tab.asked if not url.startswith(ours)] == []
    assert tab.complaints == []


def test_a_refused_login_ends_on_a_page_that_says_so(workbench: Workbench, tab: Tab) -> None:
    up(workbench)

    def person() -> None:
        assert ("heading", "Not logged in") in tab.seen()
        assert "Go back to the terminal" in tab.js("document.body.innerText")

    with pytest.raises(ExpectationFailed, match="invalid_scope"):
        log_in(workbench, person, tab, "nonsense")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_readable_and_fit_a_narrow_screen(fusionauth: Client, tab: Tab, scheme: str) -> None:
    app = App.new(fusionauth, register=False, requireRegistration=True)
    change = {"application": {"name": "n" * 60}}
    fusionauth.ok("PATCH", f"/api/application/{app.registered['id']}", change)
    tab.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    tab.command("Emulation.setDeviceMetricsOverride", width=320, height=640, deviceScaleFactor=1, mobile=False)

    def looks_right(heading: str) -> None:
        assert heading in tab.js("document.querySelector('h1').innerText")
        assert tab.js(CONTRAST) == []
        assert tab.js("document.documentElement.scrollWidth <= innerWidth")
        assert tab.js("document.documentElement.lang") == "en"

    tab.open(f"{fusionauth.url}/oauth2/authorize?client_id={'x' * 60}")
    looks_right("The request is invalid")
    tab.open(f"{fusionauth.url}/oauth2/authorize?{urlencode(asked(app.registered, login_hint=app.user['email']))}")
    looks_right("Log in to nnn")
    tab.type("wrong")
    tab.press("Enter")
    tab.until("document.querySelector('[role=alert]')")
    looks_right("Log in to nnn")
    tab.type("password")
    tab.press("Enter")
    tab.until("document.title.startsWith('Not registered')")
    looks_right("Not registered")
    with Callback(Secret(STATE), origin=fusionauth.url, path="/gatelight/x", start_path="/start/y") as callback:
        tab.open(f"{callback.redirect_url}?code=good&state=another")
        looks_right("Refused")
        tab.open(f"{callback.redirect_url}?code=good&state={STATE}")
        looks_right("Almost there")


def test_a_foreign_page_cannot_answer_in_the_browsers_name(server: Server, tab: Tab) -> None:
    page = b"<!doctype html><title>Foreign</title><form method=post></form>"
    server.answer = lambda method, path: Canned(body=page, content_type="text/html")
    with Callback(Secret(STATE), origin="http://127.0.0.1:9", path="/gatelight/x", start_path="/start/y") as callback:
        evil = f"{callback.redirect_url}?code=evil&state={STATE}"  # though it had guessed the state
        tab.open(server.url)
        for options in ("{}", "{method: 'POST'}", "{method: 'POST', mode: 'no-cors'}"):
            assert tab.js(f"fetch('{evil}', {options}).then((answer) => answer.type, () => 'refused')") in (
                "refused",
                "opaque",
            )
        tab.js(f"document.forms[0].action = '{evil}'; document.forms[0].submit()")
        tab.until("document.title.startsWith('Refused')")
        tab.open(f"{callback.redirect_url}?code=good&state={STATE}")
        assert callback.wait(Cancellation(), time.monotonic() + TIMEOUT).code.reveal() == "good"
