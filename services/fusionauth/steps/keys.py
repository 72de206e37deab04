"""The RS256 key pairs that sign the application's tokens. API Gateway accepts RSA signatures only."""

from services.errors import ExpectationFailed
from services.fusionauth.models import Key
from services.fusionauth.steps.side import FusionAuthSide
from services.provisioning.calls import Calls, fusionauth
from services.provisioning.step import Finding, Made, MakingStep, Record, Side, State, StepSpec, Undone, Work

ACCESS_TOKEN_KEY = StepSpec(
    "access_token_key",
    Side.FUSIONAUTH,
    "access-token key",
    "API Gateway checks tokens with a public RSA key. FusionAuth's default is HS256, a shared secret, "
    "so we give it an RS256 key pair for access tokens.",
    needs=("reach", "identity"),
)
ID_TOKEN_KEY = StepSpec(
    "id_token_key",
    Side.FUSIONAUTH,
    "id-token key",
    "The id token tells an application who logged in; it gets an RS256 key pair of its own. "
    "It is not the token for the gateway.",
    needs=("reach", "identity"),
)


class SigningKey(MakingStep):
    """One RS256 key pair in FusionAuth's Key Master, under an id that follows from the profile."""

    calls = Calls(
        read=fusionauth("GET /api/key/{id}"),
        create=fusionauth("POST /api/key/generate/{id}"),
        undo=fusionauth("DELETE /api/key/{id}"),
    )

    def __init__(self, side: FusionAuthSide, spec: StepSpec) -> None:
        self._side = side
        self.spec = spec
        self._id = side.id_of(spec.id)

    def find(self, work: Work) -> Finding:
        """Look for the key. Raises ExpectationFailed when its id is taken by a key that API Gateway cannot use."""
        key = self._side.client.key(self._id)
        if key is None:
            return Finding(State.ABSENT, facts={f"{self.spec.id}_id": self._id}, link=self._link)
        if key.algorithm not in ("RS256", "RS384", "RS512"):
            raise ExpectationFailed(
                f'The key "{key.name}" ({key.id}) signs with "{key.algorithm}", which API Gateway refuses.',
                "Delete it in FusionAuth's Key Master and run the step again.",
            )
        return Finding(State.RIGHT, facts=self._facts(key), ours=True, resource_id=key.id, link=self._link)

    def create(self, work: Work, finding: Finding) -> Made:
        """Generate the key pair; the private half never leaves FusionAuth."""
        key = self._side.client.generate_key(self._id, self._side.name_of(self.spec.title))
        return Made(facts=self._facts(key), resource_id=key.id, link=self._link)

    def undo(self, work: Work, record: Record) -> Undone:
        """Delete the key pair."""
        return Undone.DELETED if self._side.client.delete_key(self._id) else Undone.GONE

    def _facts(self, key: Key) -> dict[str, str]:
        return {f"{self.spec.id}_id": key.id, f"{self.spec.id}_kid": key.kid}

    @property
    def _link(self) -> str:
        return self._side.admin("key/")
