"""An API key that may do one thing: log users of one tenant in."""

from services.errors import RemoteError
from services.fusionauth.steps.side import FusionAuthSide
from services.provisioning.calls import Calls, fusionauth
from services.provisioning.step import Finding, Made, MakingStep, Record, Side, State, StepSpec, Undone, Work


class LoginKey(MakingStep):
    """A key limited to `POST /api/login`, so that the key which may do everything can stay in its drawer."""

    spec = StepSpec(
        "login_key",
        Side.FUSIONAUTH,
        "login key",
        "The Login API asks for an API key. This one may do nothing else, in this tenant only.",
        needs=("reach", "identity"),
    )
    calls = Calls(
        read=fusionauth("GET /api/api-key/{id}"),
        create=fusionauth("POST /api/api-key/{id}"),
        undo=fusionauth("DELETE /api/api-key/{id}"),
    )

    def __init__(self, side: FusionAuthSide) -> None:
        self._side = side
        self._id = side.id_of("login key")

    def find(self, work: Work) -> Finding:
        """Look for the key; where the given key may not manage keys, settle for the given key and say so."""
        try:
            key = self._side.client.api_key(self._id)
        except RemoteError as error:
            if error.status != 401:
                raise
            return Finding(
                State.RIGHT,
                {"login_key_id": ""},
                word="given key",
                note="The given key may not create keys (it is no key manager), so it is used for the login too.",
            )
        link = self._side.admin("api-key/")
        if key is None:
            return Finding(State.ABSENT, link=link)
        return Finding(State.RIGHT, {"login_key_id": key.id}, ours=True, resource_id=key.id, link=link)

    def create(self, work: Work, finding: Finding) -> Made:
        """Create the key; its value is read again whenever it is needed, and kept nowhere."""
        name = self._side.name_of("login only")
        key = self._side.client.create_login_key(self._id, work.facts["tenant_id"], name)
        return Made({"login_key_id": key.id}, resource_id=key.id, link=finding.link)

    def undo(self, work: Work, record: Record) -> Undone:
        """Delete the key."""
        return Undone.DELETED if self._side.client.delete_api_key(self._id) else Undone.GONE
