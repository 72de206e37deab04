"""Ways to break a gate, each a call or two that anybody could make. What each gives back undoes it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tests.doctor.gate import STATEMENT, Gate, Undo

Break = Callable[[Gate], Undo]
Change = Callable[[str], str]


def authorizer(
    issuer: str = "{issuer}", audience: tuple[str, ...] = ("{audience}",), source: str = "$request.header.Authorization"
) -> Break:
    """The authorizer configured otherwise."""

    def broken(gate: Gate) -> Undo:
        def configure(issuer: str, audience: tuple[str, ...], source: str) -> None:
            gate.aws.update_authorizer(
                **gate.authorizer_ids,
                IdentitySource=[source],
                JwtConfiguration={"Issuer": gate.text(issuer), "Audience": [gate.text(one) for one in audience]},
            )

        configure(issuer, audience, source)
        return lambda: configure("{issuer}", ("{audience}",), "$request.header.Authorization")

    return broken


def upper_issuer(gate: Gate) -> Undo:
    """The scheme in capitals."""
    scheme, _, rest = gate.facts["issuer"].partition("://")
    return authorizer(f"{scheme.upper()}://{rest}")(gate)


def upper_audience(gate: Gate) -> Undo:
    """The application's id in capitals."""
    return authorizer(audience=(gate.facts["application_id"].upper(),))(gate)


def other_loopback_name(gate: Gate) -> Undo:
    """localhost in place of 127.0.0.1: the same server under another name."""
    return authorizer(gate.facts["issuer"].replace("127.0.0.1", "localhost"))(gate)


def tenant_issuer(change: str) -> Break:
    """The tenant signs another name into its tokens."""

    def broken(gate: Gate) -> Undo:
        def patch(issuer: str) -> None:
            gate.fusionauth("PATCH", gate.tenant, {"tenant": {"issuer": issuer}})

        patch(gate.text(change))
        return lambda: patch(gate.facts["issuer"])

    return broken


def private_issuer(gate: Gate) -> Undo:
    """FusionAuth's own port, as it comes up when nobody thinks of the public address."""
    return tenant_issuer(gate.bench.record.endpoints.fusionauth.url)(gate)


def https_issuer(gate: Gate) -> Undo:
    """The right name with another scheme."""
    return tenant_issuer(gate.facts["issuer"].replace("http://", "https://"))(gate)


def other_port_issuer(gate: Gate) -> Undo:
    """One digit of the port is another."""
    issuer = gate.facts["issuer"]
    return tenant_issuer(issuer[:-1] + ("1" if issuer[-1] != "1" else "2"))(gate)


def application(**jwt: Any) -> Break:
    """Other JWT settings of the application."""

    def broken(gate: Gate) -> Undo:
        before = gate.fusionauth("GET", gate.application)["application"]["jwtConfiguration"]

        def patch(settings: Any) -> None:
            gate.fusionauth("PATCH", gate.application, {"application": {"jwtConfiguration": settings}})

        patch(jwt)
        return lambda: patch({name: before[name] for name in jwt})

    return broken


own_jwt_off = application(enabled=False)


def signing_key(algorithm: str, length: int = 0) -> Break:
    """The application signs with a new key of that algorithm."""

    def broken(gate: Gate) -> Undo:
        wanted = {
            "algorithm": algorithm,
            "name": f"{gate.bench.name} {algorithm}",
            **({"length": length} if length else {}),
        }
        key = gate.fusionauth("POST", "/api/key/generate", {"key": wanted})["key"]["id"]
        undo = application(accessTokenKeyId=key)(gate)

        def restored() -> None:
            undo()
            gate.fusionauth("DELETE", f"/api/key/{key}")

        return restored

    return broken


def unregistered(gate: Gate) -> Undo:
    """The user's registration is gone."""
    user, app = gate.facts["user_id"], gate.facts["application_id"]
    gate.fusionauth("DELETE", f"/api/user/registration/{user}/{app}")

    def restored() -> None:
        if gate.bench.fusionauth("GET", f"/api/user/registration/{user}/{app}").status_code == 404:
            gate.fusionauth("POST", f"/api/user/registration/{user}", {"registration": {"applicationId": app}})

    return restored


def populate(script: str) -> Break:
    """A JWT populate lambda that changes the claims."""

    def broken(gate: Gate) -> Undo:
        body = f"function populate(jwt, user, registration) {{ {gate.text(script)} }}"
        wanted = {"name": f"{gate.bench.name} populate", "type": "JWTPopulate", "engineType": "GraalJS", "body": body}
        made = gate.fusionauth("POST", "/api/lambda", {"lambda": wanted})["lambda"]["id"]

        def use(lambda_id: str | None) -> None:
            settings = {"lambdaConfiguration": {"accessTokenPopulateId": lambda_id}}
            gate.fusionauth("PATCH", gate.application, {"application": settings})

        use(made)

        def restored() -> None:
            use(None)
            gate.fusionauth("DELETE", f"/api/lambda/{made}")

        return restored

    return broken


def inactive_application(gate: Gate) -> Undo:
    """The application is deactivated after its token was made."""
    gate.fusionauth("DELETE", gate.application)
    return lambda: gate.fusionauth("PUT", f"{gate.application}?reactivate=true")


def route(**changes: Any) -> Break:
    """The route configured otherwise."""

    def broken(gate: Gate) -> Undo:
        before = gate.aws.get_route(**gate.route_ids)
        named = ("Target", "AuthorizationType", "AuthorizerId", "AuthorizationScopes", "RouteKey")
        gate.aws.update_route(**gate.route_ids, **changes)
        old = {name: before.get(name, []) for name in named if name in before or name == "AuthorizationScopes"}
        return lambda: gate.aws.update_route(**gate.route_ids, **old)

    return broken


def second_authorizer(gate: Gate) -> Undo:
    """The route is guarded by another authorizer of the same API, which expects another audience."""
    made = gate.aws.create_authorizer(
        ApiId=gate.facts["api_id"],
        Name="the-other-one",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": gate.facts["issuer"], "Audience": ["the-other-one"]},
    )["AuthorizerId"]
    undo = route(AuthorizerId=made)(gate)

    def restored() -> None:
        undo()
        gate.aws.delete_authorizer(ApiId=gate.facts["api_id"], AuthorizerId=made)

    return restored


def no_permission(gate: Gate) -> Undo:
    """The API's statement in the function's policy is gone."""
    client, statement = gate.bench.client("lambda"), STATEMENT.format(gate.bench.name)
    client.remove_permission(FunctionName=gate.bench.name, StatementId=statement)
    return lambda: _permit(gate, "{api_id}/*/*/privateFunction")


def permission(source: str) -> Break:
    """The statement allows something else."""

    def broken(gate: Gate) -> Undo:
        no_permission(gate)
        _permit(gate, source)
        return lambda: _permit(gate, "{api_id}/*/*/privateFunction")

    return broken


def _permit(gate: Gate, source: str) -> None:
    client, statement = gate.bench.client("lambda"), STATEMENT.format(gate.bench.name)
    with suppress(client.exceptions.ResourceNotFoundException):
        client.remove_permission(FunctionName=gate.bench.name, StatementId=statement)
    client.add_permission(
        FunctionName=gate.bench.name,
        StatementId=statement,
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:{gate.facts['account']}:{gate.text(source)}",
    )


def closed_tunnel(gate: Gate) -> Undo:
    """The tunnel closes, and the gateway has no keys in its cache."""
    gate.bench.switch_tunnel(is_open=False)
    gate.forget_keys()

    def restored() -> None:
        gate.bench.switch_tunnel(is_open=True)
        gate.forget_keys()

    return restored


def removed_stage(gate: Gate) -> Undo:
    """The `$default` stage is gone."""
    gate.aws.delete_stage(ApiId=gate.facts["api_id"], StageName="$default")

    def restored() -> None:
        stages = [stage["StageName"] for stage in gate.aws.get_stages(ApiId=gate.facts["api_id"])["Items"]]
        if "$default" not in stages:
            tags = {"gatelight:profile": gate.bench.name}
            gate.aws.create_stage(ApiId=gate.facts["api_id"], StageName="$default", AutoDeploy=True, Tags=tags)

    return restored


def rotated_key(gate: Gate) -> Undo:
    """The gateway has the old keys in its cache when the application begins to sign with a new one."""
    assert gate.call(f"Bearer {gate.token()}").status_code == 200
    return signing_key("RS256", 2048)(gate)
