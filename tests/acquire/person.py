"""A person at a browser: opens the address Gatelight gives, logs in on FusionAuth's page, lands wherever that leads."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

from tests.benches import PASSWORD
from tests.sandbox_fusionauth.browser import Page

TIMEOUT = 10


@dataclass
class Person:
    """An instance is what opens a browser. `landed` are the pages seen at the end; `joined` waits for the browser."""

    email: str
    password: str = PASSWORD
    opened: list[str] = field(default_factory=list)
    landed: list[requests.Response] = field(default_factory=list)
    authorize_url: str = ""
    redirect: str = ""
    follow: bool = True
    code: Callable[[], str] = lambda: ""
    _threads: list[threading.Thread] = field(default_factory=list)

    def __call__(self, url: str) -> bool:
        self.opened.append(url)
        thread = threading.Thread(target=self._visit, args=(url,))
        thread.start()
        self._threads.append(thread)
        return True

    def joined(self) -> "Person":
        """The person, done."""
        for thread in self._threads:
            thread.join(TIMEOUT)
        return self

    @property
    def asked(self) -> dict[str, str]:
        """The parameters of the authorize request."""
        return dict(parse_qsl(urlsplit(self.authorize_url).query))

    def log_in(self, authorize_url: str) -> str:
        """Log in at the authorize endpoint; gives the address the browser is sent to, which it does not open."""
        with _session() as browser:
            return self._authorize(browser, authorize_url)

    def _visit(self, url: str) -> None:
        with _session() as browser:
            begun = browser.get(url, timeout=TIMEOUT, allow_redirects=False)
            self.redirect = self._authorize(browser, begun.headers["Location"])
            if self.follow:
                self.landed.append(browser.get(self.redirect, timeout=TIMEOUT))

    def _authorize(self, browser: requests.Session, url: str) -> str:
        self.authorize_url = url
        shown = browser.get(url, timeout=TIMEOUT, allow_redirects=False)
        if shown.status_code == 302:
            return shown.headers["Location"]
        form = Page(shown.text)
        typed = {**form.fields, "loginId": self.email, "password": self.password}
        sent = browser.post(urljoin(url, form.action), data=typed, timeout=TIMEOUT, allow_redirects=False)
        if sent.status_code == 200:
            form = Page(sent.text)
            typed = {**form.fields, "code": self.code()}
            sent = browser.post(urljoin(url, form.action), data=typed, timeout=TIMEOUT, allow_redirects=False)
        return sent.headers["Location"]


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session
