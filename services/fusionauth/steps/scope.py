"""The populate lambda that puts a scope into every access token of the application."""

import json

from services.fusionauth.steps.side import FusionAuthSide
from services.provisioning.calls import Calls, fusionauth
from services.provisioning.step import Change, Finding, Made, MakingStep, Record, Side, State, StepSpec, Undone, Work

SCOPE_LAMBDA = "scope_lambda"


class ScopeLambda(MakingStep):
    """A JWT populate lambda of FusionAuth's. It stays a step after the profile dropped the scope, to be taken back."""

    spec = StepSpec(
        SCOPE_LAMBDA,
        Side.FUSIONAUTH,
        "scope lambda",
        "A route may ask for a scope, and the Login API's tokens have none. "
        "This lambda runs in FusionAuth whenever it makes a token for our application, and adds it.",
        needs=("reach", "identity"),
    )
    calls = Calls(
        read=fusionauth("GET /api/lambda/{id}"),
        create=fusionauth("POST /api/lambda/{id}"),
        change=fusionauth("PATCH /api/lambda/{id}"),
        undo=fusionauth("DELETE /api/lambda/{id}"),
    )

    def __init__(self, side: FusionAuthSide) -> None:
        self._side = side
        self._id = side.id_of("scope lambda")
        self._scope = side.settings.scope

    def find(self, work: Work) -> Finding:
        """Look for the lambda and compare what it does."""
        link = self._side.admin(f"lambda/edit/{self._id}")
        facts = {"scope": self._scope, "scope_lambda_id": self._id if self._scope else ""}
        if not self._scope:
            return Finding(State.RIGHT, facts, ours=True, word="not used", resource_id=self._id, link=link)
        found = self._side.client.populate_lambda(self._id)
        if found is None:
            return Finding(State.ABSENT, facts, link=link)
        body = lambda_body(self._scope)
        changes = () if found.body == body else (Change("body", found.body, body),)
        state = State.DIFFERS if changes else State.RIGHT
        return Finding(state, facts, changes, ours=True, resource_id=self._id, link=link)

    def create(self, work: Work, finding: Finding) -> Made:
        """Create the lambda, or give it the right body."""
        body = lambda_body(self._scope)
        if finding.state is State.ABSENT:
            self._side.client.create_populate_lambda(self._id, self._side.name_of("scope"), body)
        else:
            self._side.client.change_lambda(self._id, body)
        return Made(finding.facts, resource_id=self._id, link=finding.link)

    def undo(self, work: Work, record: Record) -> Undone:
        """Delete the lambda."""
        return Undone.DELETED if self._side.client.delete_lambda(self._id) else Undone.GONE


def lambda_body(scope: str) -> str:
    """The lambda's JavaScript. A token of OAuth keeps the scopes it was asked for with."""
    return f"""function populate(jwt, user, registration) {{
  var scopes = (jwt.scope || '').split(' ').filter(function (scope) {{ return scope; }});
  if (scopes.indexOf({json.dumps(scope)}) < 0) {{
    scopes.push({json.dumps(scope)});
  }}
  jwt.scope = scopes.join(' ');
}}
"""
