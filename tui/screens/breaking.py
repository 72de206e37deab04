"""What the main screen does about faults: choose one, put it in, follow it through token and call, repair it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from services.provisioning.step import StepSpec
from services.tokens.ways import Wish
from tui.desk import Desk
from tui.host import Host
from tui.messages import FaultMoved
from tui.view import fault_text
from tui.view.remedy import Remedy

if TYPE_CHECKING:
    from services.faults.breaking import Standing
    from services.tokens.hand import TokenInHand
    from services.workbench import Where
    from tui.screens.faults import Choice

Begin = Callable[[Callable[[], None]], None]


class Breaking:
    """Knows which faults are in, and what is still to be done until the audience has seen one through."""

    def __init__(self, desk: Desk, begin: Begin, call: Callable[[], None]) -> None:
        """`begin` starts a piece of work of the desk's main lane, and `call` is the one that calls the gateway."""
        self._desk = desk
        self._begin = begin
        self._call = call
        self._then: list[Callable[[], None]] = []
        self._faulty_token: TokenInHand | None = None
        self.faults: tuple[Standing, ...] = ()
        self.token_fault = ""  # the id of the fault that the token in hand has

    @property
    def titles(self) -> tuple[str, ...]:
        """The faults that are in, as the top line names them."""
        return tuple(one.fault.title for one in self.faults if one.is_in or one.fault.id == self.token_fault)

    @property
    def faults_in(self) -> bool:
        """Whether a fault is in the set-up."""
        return any(one.is_in for one in self.faults)

    @property
    def steps(self) -> frozenset[str]:
        """The steps whose work is broken on purpose."""
        return frozenset(one.fault.step_id for one in self.faults if one.is_in)

    def choose(self, app: Host, where: "Where | None") -> None:
        """Let the person choose a fault; on a live profile its name must be typed before it is put in."""

        from tui.screens.faults import FaultsScreen, TypedConfirmScreen

        def chosen(choice: "Choice | None") -> None:
            if choice is None:
                return
            fault = choice.standing.fault
            if choice.take_out:
                self._mend(choice.standing)
            elif where is None or where.target != "live":
                self._begin(lambda: self._desk.put_in(fault.id))
            else:
                place = f"FusionAuth {where.fusionauth}, tenant {where.tenant}; AWS {where.account}, {where.region}"
                text = fault_text.typed_confirmation(fault, place, where.profile)
                app.push_screen(
                    TypedConfirmScreen(f"A fault on a live profile: {fault.title}", text, where.profile),
                    lambda yes: self._begin(lambda: self._desk.put_in(fault.id)) if yes else None,
                )

        app.push_screen(FaultsScreen(self.faults, self.token_fault), chosen)

    def moved(self, message: FaultMoved) -> None:
        """A fault is in or out: next comes a token under it (or the one that has it), and a call with that."""
        self.faults = message.faults
        put_in = message.put_in
        if put_in is None or put_in.token is None:
            self.follow_through()
            return
        token, self.token_fault = put_in.token, put_in.fault.id
        self._faulty_token = token
        self._then = [lambda: self._desk.inspect(token), self._call]

    def follow_through(self) -> None:
        """Once the work at hand is done, a new token and a call follow it."""
        self._then = [lambda: self._desk.get_token(Wish(), None), self._call]

    def token_arrived(self, token: "TokenInHand") -> None:
        """Another token than the faulty one is in hand."""
        if token is not self._faulty_token:
            self.forget_token()

    def forget_token(self) -> None:
        """The token that has a fault is in hand no longer."""
        self.token_fault, self._faulty_token = "", None

    def go_on(self) -> None:
        """Start what is still to be done, if anything."""
        if self._then:
            self._begin(self._then.pop(0))

    def stop(self) -> None:
        """Something failed or was cancelled: nothing follows."""
        self._then.clear()

    def repair(self, steps: tuple[StepSpec, ...]) -> Remedy | None:
        """What takes out the first fault that is in; None where none is."""
        fault = next((one.fault for one in self.faults if one.is_in), None)
        return None if fault is None else fault_text.repair(fault, steps)

    def _mend(self, standing: "Standing") -> None:
        if standing.is_in:
            self._begin(lambda: self._desk.take_out(standing.fault.id))
        else:
            self.follow_through()
            self.go_on()
