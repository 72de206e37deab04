"""The written guide, step by step, with nothing but requests and boto3: what a person would click and type."""

import io
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import requests

from services.sandbox.endpoints import SandboxEndpoints

HANDLER = Path(__file__).parents[2] / "lambda_template" / "index.mjs"
TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, '
    '"Action": "sts:AssumeRole"}]}'
)
BASIC_EXECUTION = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


@dataclass
class FusionAuthSide:
    """What the FusionAuth half of the guide leaves behind."""

    application_id: str
    login_key: str


@dataclass
class AwsSide:
    """What the AWS half of the guide leaves behind."""

    api_id: str
    authorizer_id: str
    url: str


class Guide:
    """Follows the guide against one sandbox."""

    def __init__(self, endpoints: SandboxEndpoints) -> None:
        self.endpoints = endpoints
        self.http = requests.Session()
        self.http.trust_env = False
        aws = endpoints.aws
        self._session = boto3.Session(aws.access_key_id, aws.secret_access_key, region_name=aws.region)

    def fusionauth(self, method: str, path: str, body: Any = None, key: str | None = None) -> dict[str, Any]:
        """Call FusionAuth's API at its private address; anything but 200 fails."""
        answer = self.http.request(
            method,
            self.endpoints.fusionauth.url + path,
            json=body,
            headers={"Authorization": key or self.endpoints.fusionauth.api_key},
            timeout=10,
        )
        assert answer.status_code == 200, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else {}

    def client(self, service: str) -> Any:
        """A boto3 client for the sandbox's AWS."""
        return self._session.client(service, endpoint_url=self.endpoints.aws.endpoint_url)

    def set_issuer(self, issuer: str) -> None:
        """Tenant → General → Issuer."""
        tenant = self.endpoints.fusionauth.tenant_id
        self.fusionauth("PATCH", f"/api/tenant/{tenant}", {"tenant": {"issuer": issuer}})

    def set_up_fusionauth(self) -> FusionAuthSide:
        """Issuer, keys, application, user, registration and login key."""
        self.set_issuer(self.endpoints.public_url)
        keys = [self._signing_key("access token"), self._signing_key("id token")]
        application = self.fusionauth(
            "POST",
            f"/api/application/{uuid.uuid4()}",
            {
                "application": {
                    "name": "API Gateway",
                    "oauthConfiguration": {
                        "enabledGrants": ["authorization_code", "refresh_token"],
                        "authorizedRedirectURLs": ["http://localhost:8765/callback"],
                        "generateRefreshTokens": True,
                    },
                    "jwtConfiguration": {
                        "enabled": True,
                        "accessTokenKeyId": keys[0],
                        "idTokenKeyId": keys[1],
                        "timeToLiveInSeconds": 3600,
                        "refreshTokenTimeToLiveInMinutes": 43200,
                    },
                    "loginConfiguration": {
                        "requireAuthentication": True,
                        "generateRefreshTokens": True,
                        "allowTokenRefresh": True,
                    },
                }
            },
        )["application"]
        person = self.endpoints.user
        user = {"user": {"email": person.email, "password": person.password}, "skipVerification": True}
        user_id = self.fusionauth("POST", "/api/user", user)["user"]["id"]
        registration = {"registration": {"applicationId": application["id"]}}
        self.fusionauth("POST", f"/api/user/registration/{user_id}", registration)
        login_key = self.fusionauth(
            "POST",
            "/api/api-key",
            {
                "apiKey": {
                    "name": "login only",
                    "tenantId": self.endpoints.fusionauth.tenant_id,
                    "permissions": {"endpoints": {"/api/login": ["POST"]}},
                }
            },
        )["apiKey"]["key"]
        return FusionAuthSide(application["id"], login_key)

    def _signing_key(self, name: str) -> str:
        key = {"key": {"algorithm": "RS256", "name": name, "length": 2048}}
        key_id: str = self.fusionauth("POST", "/api/key/generate", key)["key"]["id"]
        return key_id

    def log_in(self, side: FusionAuthSide) -> str:
        """The access token of the Login API."""
        person = self.endpoints.user
        login = {"loginId": person.email, "password": person.password, "applicationId": side.application_id}
        token: str = self.fusionauth("POST", "/api/login", login, side.login_key)["token"]
        return token

    def deploy_function(self, code: str | None = None, name: str = "privateFunction", timeout: int = 3) -> str:
        """Role and function; returns the function's ARN."""
        iam, functions = self.client("iam"), self.client("lambda")
        role = iam.create_role(RoleName=f"{name}-role", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        iam.attach_role_policy(RoleName=f"{name}-role", PolicyArn=BASIC_EXECUTION)
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("index.mjs", code or HANDLER.read_text())
        arn: str = functions.create_function(
            FunctionName=name,
            Runtime="nodejs24.x",
            Role=role,
            Handler="index.handler",
            Timeout=timeout,
            Code={"ZipFile": package.getvalue()},
        )["FunctionArn"]
        functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        return arn

    def set_up_aws(self, audience: str, issuer: str | None = None) -> AwsSide:
        """Everything on the AWS side, in the guide's order."""
        function_arn = self.deploy_function()
        gateway = self.client("apigatewayv2")
        api = gateway.create_api(Name="privateApi", ProtocolType="HTTP")
        api_id: str = api["ApiId"]
        gateway.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
        integration = gateway.create_integration(
            ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=function_arn, PayloadFormatVersion="2.0"
        )
        authorizer_id = self.create_authorizer(api_id, issuer or self.endpoints.public_url, audience)
        gateway.create_route(
            ApiId=api_id,
            RouteKey="ANY /privateFunction",
            AuthorizationType="JWT",
            AuthorizerId=authorizer_id,
            Target=f"integrations/{integration['IntegrationId']}",
        )
        aws = self.endpoints.aws
        self.client("lambda").add_permission(
            FunctionName="privateFunction",
            StatementId="gateway",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{aws.region}:{aws.account_id}:{api_id}/*/*/privateFunction",
        )
        return AwsSide(api_id, authorizer_id, api["ApiEndpoint"] + "/privateFunction")

    def create_authorizer(self, api_id: str, issuer: str, audience: str) -> str:
        """The JWT authorizer; returns its id."""
        authorizer_id: str = self.client("apigatewayv2").create_authorizer(
            ApiId=api_id,
            Name="fusionauth",
            AuthorizerType="JWT",
            IdentitySource=["$request.header.Authorization"],
            JwtConfiguration={"Issuer": issuer, "Audience": [audience]},
        )["AuthorizerId"]
        return authorizer_id

    def call(self, url: str, token: str = "") -> requests.Response:
        """Call the gateway, with the token if there is one."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.http.get(url, headers=headers, timeout=10)
