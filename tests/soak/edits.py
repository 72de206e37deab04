"""What somebody may do by hand to what Gatelight made, at any time; each does nothing where nothing is."""

import contextlib
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from tests.benches import Bench

Edit = Callable[[Bench], None]
ELSEWHERE = "https://elsewhere.example"


def _apis(bench: Bench) -> list[str]:
    found = bench.client("apigatewayv2").get_apis()["Items"]
    return [api["ApiId"] for api in found if api["Name"] == bench.name]


def _each(bench: Bench, kind: str, change: Callable[[Any, str, dict[str, Any]], object]) -> None:
    """Change every route, authorizer and so on of our API."""
    client = bench.client("apigatewayv2")
    for api in _apis(bench):
        for item in getattr(client, f"get_{kind}")(ApiId=api)["Items"]:
            change(client, api, item)


def delete_api(bench: Bench) -> None:
    for api in _apis(bench):
        bench.client("apigatewayv2").delete_api(ApiId=api)


def delete_route(bench: Bench) -> None:
    _each(bench, "routes", lambda client, api, item: client.delete_route(ApiId=api, RouteId=item["RouteId"]))


def unguard_route(bench: Bench) -> None:
    _each(
        bench,
        "routes",
        lambda client, api, item: client.update_route(ApiId=api, RouteId=item["RouteId"], AuthorizationType="NONE"),
    )


def change_audience(bench: Bench) -> None:
    def change(client: Any, api: str, item: dict[str, Any]) -> None:
        jwt = {**item["JwtConfiguration"], "Audience": ["somebody-else"]}
        client.update_authorizer(ApiId=api, AuthorizerId=item["AuthorizerId"], JwtConfiguration=jwt)

    _each(bench, "authorizers", change)


def deploy_by_hand(bench: Bench) -> None:
    _each(
        bench,
        "stages",
        lambda client, api, item: client.update_stage(ApiId=api, StageName=item["StageName"], AutoDeploy=False),
    )


def delete_stage(bench: Bench) -> None:
    _each(bench, "stages", lambda client, api, item: client.delete_stage(ApiId=api, StageName=item["StageName"]))


def old_payload(bench: Bench) -> None:
    _each(
        bench,
        "integrations",
        lambda client, api, item: client.update_integration(
            ApiId=api, IntegrationId=item["IntegrationId"], PayloadFormatVersion="1.0"
        ),
    )


def delete_function(bench: Bench) -> None:
    bench.client("lambda").delete_function(FunctionName=bench.name)


def change_handler(bench: Bench) -> None:
    bench.client("lambda").update_function_configuration(FunctionName=bench.name, Handler="index.other")


def remove_permission(bench: Bench) -> None:
    bench.client("lambda").remove_permission(FunctionName=bench.name, StatementId=f"gatelight-{bench.name}")


def detach_policy(bench: Bench) -> None:
    iam = bench.client("iam")
    for policy in iam.list_attached_role_policies(RoleName=bench.name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=bench.name, PolicyArn=policy["PolicyArn"])


def delete_role(bench: Bench) -> None:
    detach_policy(bench)
    bench.client("iam").delete_role(RoleName=bench.name)


def delete_log_group(bench: Bench) -> None:
    bench.client("logs").delete_log_group(logGroupName=f"/aws/lambda/{bench.name}")


def delete_user(bench: Bench) -> None:
    for user in bench.world()["users"]:
        bench.fusionauth("DELETE", f"/api/user/{user}?hardDelete=true")


def end_registrations(bench: Bench) -> None:
    for user, applications in bench.world()["users"].items():
        for application in applications:
            bench.fusionauth("DELETE", f"/api/user/registration/{user}/{application}")


def _applications(bench: Bench) -> list[str]:
    return [key for key, found in bench.world()["applications"].items() if found["name"] == bench.name]


def delete_application(bench: Bench) -> None:
    for application in _applications(bench):
        bench.fusionauth("DELETE", f"/api/application/{application}?hardDelete=true")


def deactivate_application(bench: Bench) -> None:
    for application in _applications(bench):
        bench.fusionauth("DELETE", f"/api/application/{application}")


def sign_with_the_tenant_key(bench: Bench) -> None:
    for application in _applications(bench):
        changes = {"application": {"jwtConfiguration": {"enabled": False}}}
        bench.fusionauth("PATCH", f"/api/application/{application}", changes)


def change_issuer(bench: Bench) -> None:
    tenant = bench.record.endpoints.fusionauth.tenant_id
    bench.fusionauth("PATCH", f"/api/tenant/{tenant}", {"tenant": {"issuer": ELSEWHERE}})


def close_tunnel(bench: Bench) -> None:
    bench.switch_tunnel(is_open=False)


EDITS: tuple[Edit, ...] = (
    *(delete_api, delete_route, unguard_route, change_audience, deploy_by_hand, delete_stage, old_payload),
    *(delete_function, change_handler, remove_permission, detach_policy, delete_role, delete_log_group),
    *(delete_user, end_registrations, delete_application, deactivate_application, sign_with_the_tenant_key),
    *(change_issuer, close_tunnel),
)


def by_hand(bench: Bench, edit: Edit) -> None:
    """Do it, if it can be done now."""
    with contextlib.suppress(ClientError):  # it is not there, or busy
        edit(bench)
