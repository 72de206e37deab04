"""Makes a live profile: a field a line, each with what there is to say to it while it is typed, the secrets last."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from services.aws.regions import known_regions
from services.errors import GatelightError
from services.profile.editing import create_profile
from services.profile.fields import (
    FIELDS,
    NEEDED,
    OWN,
    TUNNELS,
    Opinion,
    Surroundings,
    as_profile,
    opinions,
    surroundings,
)
from services.profile.secrets import Memory, SecretName, SecretStore, usable
from services.profile.vault import Vault
from services.redact import Secret
from tui.safe import harmless
from tui.screens.overlay import Overlay
from tui.view import wire
from tui.view.words import ACCENT, BAD, GREY
from tui.widgets.canvas import Canvas

_SECRETS = (SecretName.API_KEY, SecretName.PASSWORD)
_TITLES = {SecretName.API_KEY: "API key", SecretName.PASSWORD: "User's password"}


class FormReady(Message):
    """What values are held against, what can be suggested, and where secrets will be kept."""

    def __init__(self, around: Surroundings, regions: tuple[str, ...], vault: Vault) -> None:
        super().__init__()
        self.around = around
        self.regions = regions
        self.vault = vault


class ProfileMade(Message):
    """It is written (without a name: it is not). `problem` says why not, or what became of its secrets."""

    def __init__(self, name: str, problem: GatelightError | None) -> None:
        super().__init__()
        self.name = name
        self.problem = problem


class ProfileFormScreen(Overlay[str]):
    """Gives the new profile's name, or nothing."""

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", "Next", show=False, priority=True),
        Binding("up", "app.focus_previous", "Before", show=False, priority=True),
        Binding("v", "nothing", show=False),  # what is typed as a secret is never shown
        Binding("q", "nothing", show=False),
    ]

    def __init__(self, memory: Memory) -> None:
        super().__init__("A new live profile")
        self._memory = memory
        self._around = Surroundings()
        self._vault: Vault | None = None
        self._seen: set[str] = set()
        self._problem: GatelightError | None = None
        self._opinions: dict[str, Opinion] = {}
        self._made = False

    def compose(self) -> ComposeResult:
        """A line for each field, and what there is to say to it below."""
        with VerticalScroll(classes="window") as window:
            window.border_title = Content(self._title)
            window.border_subtitle = Content(self.keys())
            for field in FIELDS:
                yield from _line(field.key, field.title, Input(placeholder=field.example, compact=True))
            for name in _SECRETS:
                placeholder = "empty: asked for when it is needed"
                yield from _line(name.value, _TITLES[name], Input(placeholder=placeholder, password=True, compact=True))
            yield Canvas(id="fate")

    def on_mount(self) -> None:
        """Have everything read that values are held against."""
        super().on_mount()
        self._prepare()

    def keys(self) -> str:
        """Going on, making it, leaving."""
        return "⏎ next, at the end make it · → suggestion · esc leave"

    def draw(self, width: int, revealed: bool) -> Content:
        """What becomes of the secrets, or what went wrong."""
        if self._problem is not None:
            return wire.error(self._problem)
        if self._vault is None:
            return Content("")
        if self._vault.obstacle:
            why = harmless(self._vault.obstacle, 200)
            return Content.styled(f"Secrets are held in memory alone, until Gatelight ends: {why}.", ACCENT)
        keyring = harmless(self._vault.title, 60)
        return Content.styled(f"Secrets are kept in the keyring ({keyring}), never in a file.", GREY)

    def paint(self) -> None:
        """Say what there is to say to every field."""
        self._opinions = opinions(self._values, self._around)
        for key, opinion in self._opinions.items():
            self._said(key).paint(lambda _, key=key, opinion=opinion: self._remark(key, opinion))  # type: ignore[misc]
        for name in _SECRETS:
            self._said(name.value).paint(lambda _, name=name: self._of_secret(name))  # type: ignore[misc]
        self.query_one("#fate", Canvas).paint(lambda width: self.draw(width, False))

    @on(Input.Changed)
    def changed(self, event: Input.Changed) -> None:
        """Hold it against everything at once."""
        self._seen.add(_key_of(event.input))
        self._problem = None
        self.paint()

    @on(Input.Blurred)
    def left(self, event: Input.Blurred) -> None:
        """What was left empty and is needed is said from now on."""
        self._seen.add(_key_of(event.input))
        self.paint()

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """To the next field; from the last one, make it."""
        inputs = list(self.query(Input))
        at = inputs.index(event.input)
        if at + 1 < len(inputs):
            inputs[at + 1].focus()
            return
        wrong = [key for key, opinion in self._opinions.items() if opinion.problem]
        wrong += [name.value for name in _SECRETS if self._secret_problem(name)]
        self._seen |= {_key_of(one) for one in inputs}
        self.paint()
        if wrong:
            next(one for one in inputs if _key_of(one) == wrong[0]).focus()
        elif self._vault is not None and not self._made:
            self._made = True
            self._make(self._values, {name: self._typed(name) for name in _SECRETS if self._typed(name)}, self._vault)

    def on_form_ready(self, message: FormReady) -> None:
        """Suggest what there is."""
        message.stop()
        self._around, self._vault = message.around, message.vault
        self._input("aws.profile").suggester = SuggestFromList(message.around.aws_profiles)
        self._input("aws.region").suggester = SuggestFromList(message.regions)
        self._input("fusionauth.tenant_id").suggester = SuggestFromList((OWN,))
        self._input("fusionauth.public_url").suggester = SuggestFromList(TUNNELS)
        self.paint()

    def on_profile_made(self, message: ProfileMade) -> None:
        """It is there."""
        message.stop()
        if not message.name:
            self._made = False
            self._problem = message.problem
            self.paint()
            return
        if message.problem is not None:
            told = f"{message.problem.message} Until Gatelight ends it is held in memory."
            self.app.notify(harmless(told, 400), severity="warning", timeout=15, markup=False)
        self.leave(message.name)

    @work(thread=True, exclusive=True, group="form")
    def _prepare(self) -> None:
        vault = Vault()
        around, regions = surroundings(), known_regions()
        _ = vault.title  # looks for the keyring, which can take its time
        self.post_message(FormReady(around, regions, vault))

    @work(thread=True, exclusive=True, group="form", exit_on_error=False)
    def _make(self, values: dict[str, str], secrets: dict[SecretName, Secret], vault: Vault) -> None:
        name = values["name"].strip()
        store = SecretStore(name, vault, self._memory)
        try:
            create_profile(name, as_profile(values))
        except GatelightError as error:
            self.post_message(ProfileMade("", error))
            return
        problem: GatelightError | None = None
        for secret, value in secrets.items():
            store.remember(secret, value)  # also what the keyring then turns out not to keep
            if not vault.obstacle:
                try:
                    store.keep(secret, value)
                except GatelightError as error:
                    problem = error
        self.post_message(ProfileMade(name, problem))

    @property
    def _values(self) -> dict[str, str]:
        return {field.key: self._input(field.key).value for field in FIELDS}

    def _remark(self, key: str, opinion: Opinion) -> Content:
        if opinion.problem and (key in self._seen or opinion.problem != NEEDED):
            return Content.assemble(("✘ ", BAD), harmless(opinion.problem, 300))
        if opinion.doubt:
            return Content.assemble(("! ", ACCENT), harmless(opinion.doubt, 300))
        return Content.styled(harmless(opinion.remark, 300), GREY)

    def _of_secret(self, name: SecretName) -> Content:
        problem = self._secret_problem(name)
        return Content.assemble(("✘ ", BAD), problem) if problem else Content("")

    def _secret_problem(self, name: SecretName) -> str:
        if not self._typed(name):
            return ""
        try:
            usable(name, self._typed(name))
        except GatelightError as error:
            return error.message
        return ""

    def _typed(self, name: SecretName) -> Secret:
        return Secret(self._input(name.value).value)

    def _input(self, key: str) -> Input:
        return self.query_one(f"#{_id(key)}", Input)

    def _said(self, key: str) -> Canvas:
        return self.query_one(f"#{_id(key)}-said", Canvas)


def _line(key: str, title: str, field: Input) -> Iterable[Horizontal | Canvas]:
    field.id = _id(key)
    yield Horizontal(Static(Content.styled(title, GREY)), field, classes="field")
    yield Canvas(id=f"{_id(key)}-said", classes="said")


def _id(key: str) -> str:
    return key.replace(".", "-").replace("_", "-")


def _key_of(field: Input) -> str:
    keys = [*(field.key for field in FIELDS), *(name.value for name in _SECRETS)]
    return next(key for key in keys if _id(key) == field.id)
