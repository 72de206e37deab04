"""The person who logs in, found by e-mail address or created."""

from services.errors import ConfigurationError, ExpectationFailed
from services.fusionauth.steps.side import FusionAuthSide
from services.provisioning.calls import Calls, fusionauth
from services.provisioning.step import Finding, Foreign, Made, MakingStep, Record, Side, State, StepSpec, Undone, Work


class UserStep(MakingStep):
    """A user with the profile's e-mail address."""

    spec = StepSpec(
        "user",
        Side.FUSIONAUTH,
        "user",
        "Somebody has to log in. A user who is there already is adopted if you say so, and never changed or deleted.",
        needs=("reach", "identity"),
    )
    calls = Calls(
        read=fusionauth("GET /api/user?email={email}"),
        create=fusionauth("POST /api/user/{id}"),
        undo=fusionauth("DELETE /api/user/{id}?hardDelete=true"),
    )

    def __init__(self, side: FusionAuthSide) -> None:
        self._side = side

    def find(self, work: Work) -> Finding:
        """Look the user up. Raises ExpectationFailed for one who is deactivated."""
        email = self._side.settings.user_email
        user = self._side.client.user(email, work.facts["tenant_id"])
        if user is None:
            return Finding(State.ABSENT, {"user_id": self._side.id_of("user")}, link=self._side.admin("user/"))
        if not user.active:
            raise ExpectationFailed(
                f'The user "{email}" is deactivated and cannot log in.',
                "Reactivate the user in FusionAuth, or choose another fusionauth.user_email in the profile.",
            )
        ours = user.id == self._side.id_of("user")
        where = f'in the tenant "{work.facts["tenant_name"]}"'
        return Finding(
            State.RIGHT,
            {"user_id": user.id},
            ours=ours,
            foreign=None if ours else Foreign(f'The user "{email}"', where, "fusionauth.user_email"),
            resource_id=user.id,
            link=self._link(user.id),
        )

    def create(self, work: Work, finding: Finding) -> Made:
        """Create the user. Raises ConfigurationError when no password was given."""
        if not self._side.password:
            raise ConfigurationError(
                f'The user "{self._side.settings.user_email}" does not exist, and no password was given to create it.',
                "Set GATELIGHT_USER_PASSWORD.",
            )
        user = self._side.client.create_user(
            self._side.id_of("user"), self._side.settings.user_email, self._side.password, work.facts["tenant_id"]
        )
        return Made({"user_id": user.id}, resource_id=user.id, link=self._link(user.id))

    def undo(self, work: Work, record: Record) -> Undone:
        """Delete the user for good."""
        deleted = self._side.client.delete_user(record.facts["user_id"], work.facts["tenant_id"])
        return Undone.DELETED if deleted else Undone.GONE

    def _link(self, user_id: str) -> str:
        return self._side.admin(f"user/manage/{user_id}")


class RegistrationStep(MakingStep):
    """The user's registration to the application."""

    spec = StepSpec(
        "registration",
        Side.FUSIONAUTH,
        "registration",
        "Only a registered user's token carries the audience. "
        "FusionAuth lets others log in too (status 202), and the gateway then refuses their token.",
        needs=("user", "application"),
    )
    calls = Calls(
        read=fusionauth("GET /api/user/registration/{user}/{application}"),
        create=fusionauth("POST /api/user/registration/{user}"),
        undo=fusionauth("DELETE /api/user/registration/{user}/{application}"),
    )

    def __init__(self, side: FusionAuthSide) -> None:
        self._side = side

    def find(self, work: Work) -> Finding:
        """Look for the registration."""
        user_id = work.facts["user_id"]
        found = self._side.client.registration(user_id, work.facts["application_id"], work.facts["tenant_id"])
        link = self._side.admin(f"user/manage/{user_id}")
        if found is None:
            return Finding(State.ABSENT, link=link)
        # It belongs to our application and goes with it, whoever made it.
        return Finding(State.RIGHT, _ids(work), ours=True, resource_id=found.id, link=link)

    def create(self, work: Work, finding: Finding) -> Made:
        """Register the user."""
        facts = work.facts
        made = self._side.client.register(facts["user_id"], facts["application_id"], facts["tenant_id"])
        return Made(_ids(work), resource_id=made.id, link=finding.link)

    def undo(self, work: Work, record: Record) -> Undone:
        """End the registration."""
        user_id, application_id = record.facts["user_id"], record.facts["application_id"]
        deleted = self._side.client.unregister(user_id, application_id, work.facts["tenant_id"])
        return Undone.DELETED if deleted else Undone.GONE


def _ids(work: Work) -> dict[str, str]:
    return {"user_id": work.facts["user_id"], "application_id": work.facts["application_id"]}
