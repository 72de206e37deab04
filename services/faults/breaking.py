"""Put faults in, find which are in, and take them out again.

A fault's old value is in the ledger before anything is changed, so that a process that ends at any moment leaves enough
behind to take it out. A fault that somebody repaired meanwhile, by a step or by hand, is seen to be gone and forgotten.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from services.cancel import Cancellation
from services.errors import ConfigurationError, GatelightError, Interrupted, Unreachable
from services.faults.catalogue import FAULTS, fault_named
from services.faults.fault import Fault, Scene
from services.provisioning.ledger import Break, Ledger
from services.tokens.hand import TokenInHand

_EXPIRY_SECONDS = 3.0  # the longest wait for a token of one second, with the clocks a little apart
_PATIENCE_SECONDS = 1.0

GetToken = Callable[[Cancellation], TokenInHand]


@dataclass(frozen=True, slots=True)
class Standing:
    """A fault, and the value it replaced while it is in."""

    fault: Fault
    broken: Break | None = None

    @property
    def is_in(self) -> bool:
        """Whether the fault is in."""
        return self.broken is not None


@dataclass(frozen=True, slots=True)
class PutIn:
    """What putting a fault in did. `token` is the one that has the fault, where it is in a token alone."""

    fault: Fault
    old: str
    new: str
    token: TokenInHand | None = None


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What taking a fault out did; `restored` is false where somebody had put a third value there since."""

    fault: Fault
    old: str
    restored: bool


class Faults:
    """The faults of one profile's gate. Every method blocks, and raises GatelightError."""

    def __init__(self, scene: Callable[[], Scene], ledger: Ledger, get_token: GetToken) -> None:
        """`scene` gives what there is to break, `get_token` a fresh token of the profile's user."""
        self._scene = scene
        self._ledger = ledger
        self._get_token = get_token
        self._lock = threading.Lock()

    @property
    def recorded(self) -> tuple[Fault, ...]:
        """The faults the ledger knows of, without looking whether they are still in."""
        return tuple(fault_named(broken.fault_id) for broken in self._ledger.breaks)

    def look(self) -> tuple[Standing, ...]:
        """Every fault, and whether it is in now; one that is gone is forgotten, unless somebody is at work just now."""
        if not self._ledger.breaks:
            return tuple(Standing(fault) for fault in FAULTS)
        scene = self._scene()
        standing = {broken.fault_id: broken for broken in self._ledger.breaks if _is_in(scene, broken)}
        if len(standing) < len(self._ledger.breaks):
            with suppress(ConfigurationError), self._alone():  # what is at work may be about to make it true
                self._settle(scene)
        return tuple(Standing(fault, standing.get(fault.id)) for fault in FAULTS)

    def put_in(self, fault_id: str, cancellation: Cancellation) -> PutIn:
        """Put a fault in, for good or for the making of one token.

        Raises ConfigurationError where it is in already, where another fault is in the same place, where the gate is
        not provisioned, or where it would make no difference.
        """
        fault = fault_named(fault_id)
        scene = self._ready_scene()
        with self._alone():
            self._settle(scene)
            self._require_free(scene, fault)
            old = fault.place.read(scene)
            if old is None:
                raise ConfigurationError(
                    f"What holds {fault.place.name} is gone, so it cannot be broken.",
                    "Provision it again: gatelight up.",
                )
            broken = Break(fault.id, old, fault.wrong(scene, old))
            if broken.new == old:
                raise ConfigurationError(f"{_capital(fault.place.name)} is “{old}” already: nothing would break.")
            self._replace(scene, fault, broken)
            if not fault.in_token:
                return PutIn(fault, broken.old, broken.new)
            try:
                token = self._get_token(cancellation)
            finally:
                self._restore(scene, broken)
        if fault.check == "exp":
            _wait_until_expired(token, cancellation)
        return PutIn(fault, broken.old, broken.new, replace(token, note=fault.sentence))

    def take_out(self, fault_id: str = "") -> tuple[TakenOut, ...]:
        """Take one fault out, or all of them, the last put in first. Raises ConfigurationError for one not in."""
        if fault_id and fault_named(fault_id) not in self.recorded:
            raise ConfigurationError(f'The fault "{fault_id}" is not in.', "gatelight break shows which are.")
        if not self._ledger.breaks:
            return ()
        scene = self._scene()
        with self._alone():
            wanted = [broken for broken in reversed(self._ledger.breaks) if fault_id in ("", broken.fault_id)]
            return tuple(self._restore(scene, broken) for broken in wanted)

    def take_out_what_can_be(self) -> Callable[[], None]:
        """Take out all that can be, before a teardown; gives what to call after it for the rest.

        What stood in the way then is mostly gone with the thing it was in. What is not raises its error.
        """
        scene = self._scene() if self._ledger.breaks else None
        for broken in reversed(self._ledger.breaks):
            try:
                self.take_out(broken.fault_id)
            except Interrupted:
                raise
            except GatelightError:
                continue  # what holds it up holds the teardown up too, which says so

        def rest() -> None:
            for broken in reversed(self._ledger.breaks):
                if scene is not None:
                    self._restore(scene, broken)

        return rest

    def _ready_scene(self) -> Scene:
        scene = self._scene()
        if "invoke_url" not in scene.facts:
            raise ConfigurationError("There is nothing to break yet.", "Provision it first: gatelight up.")
        return scene

    def _require_free(self, scene: Scene, fault: Fault) -> None:
        """Raise ConfigurationError where the fault's place is taken, or cannot have it."""
        for known in self.recorded:
            if known.place.name == fault.place.name:
                raise ConfigurationError(
                    f"{_capital(fault.place.name)} has a fault already: {known.title}.",
                    f"Take it out first: gatelight break --undo {known.id}.",
                )
        if why := fault.place.refuses(scene):
            raise ConfigurationError(f"“{fault.title}” cannot be shown here. {why}")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Work on the gate with nobody beside. Raises ConfigurationError when somebody else is at it."""
        if not self._lock.acquire(timeout=_PATIENCE_SECONDS):
            raise ConfigurationError("Another fault is being put in or taken out.", "Wait until that is done.")
        try:
            with self._ledger.exclusive():
                yield
        finally:
            self._lock.release()

    def _settle(self, scene: Scene) -> None:
        """Forget the faults that are gone."""
        for broken in self._ledger.breaks:
            if not _is_in(scene, broken):
                self._forget(scene, broken)

    def _replace(self, scene: Scene, fault: Fault, broken: Break) -> None:
        self._ledger.begin_break(broken)
        try:
            fault.place.write(scene, broken.new)
        except GatelightError as error:
            if not isinstance(error, Unreachable) and fault.place.read(scene) == broken.old:
                self._forget(scene, broken)
            raise

    def _restore(self, scene: Scene, broken: Break) -> TakenOut:
        fault = fault_named(broken.fault_id)
        now = fault.place.read(scene)
        if now == broken.new:
            fault.place.write(scene, broken.old)
        self._forget(scene, broken)
        return TakenOut(fault, broken.old, now in (broken.old, broken.new))

    def _forget(self, scene: Scene, broken: Break) -> None:
        fault_named(broken.fault_id).place.tidy(scene)
        self._ledger.end_break(broken.fault_id)


def _is_in(scene: Scene, broken: Break) -> bool:
    try:
        return fault_named(broken.fault_id).place.read(scene) == broken.new
    except GatelightError:
        return True  # it cannot be told, and nothing recorded is forgotten on a guess


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _wait_until_expired(token: TokenInHand, cancellation: Cancellation) -> None:
    expires = token.expires_at or 0.0
    cancellation.wait(min(max(0.0, expires - time.time() + 0.05), _EXPIRY_SECONDS))
