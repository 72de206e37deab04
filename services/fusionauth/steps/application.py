"""The application: its id is the audience of every token it issues."""

import json
from dataclasses import replace
from typing import Any

from services.errors import ExpectationFailed, RemoteError
from services.fusionauth.models import Application
from services.fusionauth.steps.scope import SCOPE_LAMBDA
from services.fusionauth.steps.side import FusionAuthSide
from services.provisioning.calls import Calls, fusionauth
from services.provisioning.step import Change, Finding, Made, MakingStep, Record, Side, State, StepSpec, Undone, Work

GRANTS = ["authorization_code", "refresh_token"]


class ApplicationStep(MakingStep):
    """An application with the Authorization Code and Refresh Token grants, signing with keys of its own."""

    spec = StepSpec(
        "application",
        Side.FUSIONAUTH,
        "application",
        "People log in to an application, and its id becomes the token's audience. "
        "With JWT enabled it signs with our RS256 key instead of the tenant's HS256 one.",
        needs=("access_token_key", "id_token_key"),
    )
    calls = Calls(
        read=fusionauth("GET /api/application/{id}"),
        create=fusionauth("POST /api/application/{id}", "GET /api/application?inactive=true"),
        change=fusionauth("PUT /api/application/{id}?reactivate=true", "PATCH /api/application/{id}"),
        undo=fusionauth("DELETE /api/application/{id}?hardDelete=true"),
    )

    def __init__(self, side: FusionAuthSide, *, with_scope: bool = False) -> None:
        self._side = side
        self._id = side.id_of("application")
        if with_scope:
            self.spec = replace(self.spec, needs=(*self.spec.needs, SCOPE_LAMBDA))

    def find(self, work: Work) -> Finding:
        """Look for the application and compare what matters for the gateway."""
        application = self._side.client.application(self._id, work.facts["tenant_id"])
        facts = {"application_id": self._id}
        if application is None:
            return Finding(State.ABSENT, facts, link=self._side.admin("application/"))
        now, wanted = self._current(application), self._wanted(work)
        changes = tuple(
            Change(name, json.dumps(now[name]), json.dumps(wanted[name]))
            for name in wanted
            if now[name] != wanted[name]
        )
        return Finding(
            State.DIFFERS if changes else State.RIGHT,
            facts,
            changes,
            ours=True,
            resource_id=application.id,
            link=self._link,
        )

    def create(self, work: Work, finding: Finding) -> Made:
        """Create the application, or change what differs."""
        tenant = work.facts["tenant_id"]
        if finding.state is State.ABSENT:
            wanted = {name: value for name, value in self._wanted(work).items() if value is not None}
            del wanted["active"]  # every new one is
            settings = _nested(wanted)
            self._create(tenant, {"name": self._side.settings.application, **settings})
        else:
            self._change(tenant, {change.name: json.loads(change.new) for change in finding.changes})
        return Made(finding.facts, resource_id=self._id, link=self._link)

    def undo(self, work: Work, record: Record) -> Undone:
        """Delete the application for good: a deactivated one would keep its name."""
        deleted = self._side.client.delete_application(self._id, work.facts["tenant_id"])
        return Undone.DELETED if deleted else Undone.GONE

    def _change(self, tenant: str, settings: dict[str, Any]) -> None:
        if settings.pop("active", False):
            self._side.client.reactivate_application(self._id, tenant)
        if settings:
            self._side.client.change_application(self._id, tenant, _nested(settings))

    def _create(self, tenant: str, settings: dict[str, Any]) -> None:
        try:
            self._side.client.create_application(self._id, tenant, settings)
        except RemoteError as error:
            if error.code != "[duplicate]application.name":
                raise
            for other in self._side.client.inactive_applications(tenant):
                if other.name == settings["name"]:
                    raise ExpectationFailed(
                        f'The name "{other.name}" still belongs to a deactivated application ({other.id}), which is '
                        "not Gatelight's.",
                        "Delete that application for good in FusionAuth, or choose another fusionauth.application.",
                    ) from None
            raise

    def _wanted(self, work: Work) -> dict[str, Any]:
        return {
            "active": True,
            "oauthConfiguration.enabledGrants": GRANTS,
            "oauthConfiguration.generateRefreshTokens": True,
            "oauthConfiguration.proofKeyForCodeExchangePolicy": "Required",
            "oauthConfiguration.requireRegistration": self._side.settings.require_registration,
            "jwtConfiguration.enabled": True,
            "jwtConfiguration.accessTokenKeyId": work.facts["access_token_key_id"],
            "jwtConfiguration.idTokenKeyId": work.facts["id_token_key_id"],
            "lambdaConfiguration.accessTokenPopulateId": work.facts.get("scope_lambda_id") or None,
            "loginConfiguration.requireAuthentication": True,
            "loginConfiguration.generateRefreshTokens": True,
            "loginConfiguration.allowTokenRefresh": True,
        }

    def _current(self, application: Application) -> dict[str, Any]:
        oauth, jwt, login = (
            application.oauth_configuration,
            application.jwt_configuration,
            application.login_configuration,
        )
        populate = application.lambda_configuration.access_token_populate_id
        if not self._side.settings.scope and populate != self._side.id_of("scope lambda"):
            populate = None  # without a scope of ours, somebody else's lambda is nobody's business
        return {
            "active": application.active,
            "oauthConfiguration.enabledGrants": sorted(oauth.enabled_grants),
            "oauthConfiguration.generateRefreshTokens": oauth.generate_refresh_tokens,
            "oauthConfiguration.proofKeyForCodeExchangePolicy": oauth.proof_key_for_code_exchange_policy,
            "oauthConfiguration.requireRegistration": oauth.require_registration,
            "jwtConfiguration.enabled": jwt.enabled,
            "jwtConfiguration.accessTokenKeyId": jwt.access_token_key_id,
            "jwtConfiguration.idTokenKeyId": jwt.id_token_key_id,
            "lambdaConfiguration.accessTokenPopulateId": populate,
            "loginConfiguration.requireAuthentication": login.require_authentication,
            "loginConfiguration.generateRefreshTokens": login.generate_refresh_tokens,
            "loginConfiguration.allowTokenRefresh": login.allow_token_refresh,
        }

    @property
    def _link(self) -> str:
        return self._side.admin(f"application/edit/{self._id}")


def _nested(settings: dict[str, Any]) -> dict[str, Any]:
    """`{"a.b": 1}` as `{"a": {"b": 1}}`; lifetimes are sent along, as FusionAuth asks for them where JWT is enabled."""
    nested: dict[str, Any] = {}
    for name, value in settings.items():
        group, _, member = name.partition(".")
        nested.setdefault(group, {})[member] = value
    if nested.get("jwtConfiguration", {}).get("enabled"):
        nested["jwtConfiguration"] |= {"timeToLiveInSeconds": 3600, "refreshTokenTimeToLiveInMinutes": 43_200}
    return nested
