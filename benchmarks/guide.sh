#!/bin/sh
# What `gatelight up` does, done by hand: the same resources by curl and the AWS CLI, without looking first whether they
# are there. Everything it needs is in the environment; the sandbox's secrets are throwaway.
set -eu

fusionauth() { # METHOD PATH [BODY]
    curl -sSf -X "$1" "$FUSIONAUTH_URL$2" -H "Authorization: $FUSIONAUTH_KEY" -H 'Content-Type: application/json' ${3:+--data-raw "$3"}
}

fusionauth GET /api/system/version >/dev/null
fusionauth PATCH "/api/tenant/$TENANT_ID" "{\"tenant\": {\"issuer\": \"$ISSUER\"}}" >/dev/null
fusionauth POST "/api/key/generate/$ACCESS_KEY_ID" '{"key": {"algorithm": "RS256", "name": "access", "length": 2048}}' >/dev/null
fusionauth POST "/api/key/generate/$ID_KEY_ID" '{"key": {"algorithm": "RS256", "name": "id", "length": 2048}}' >/dev/null
fusionauth POST "/api/application/$APPLICATION_ID" "{\"application\": {\"name\": \"By hand\",
    \"oauthConfiguration\": {\"enabledGrants\": [\"authorization_code\", \"refresh_token\"], \"generateRefreshTokens\": true},
    \"jwtConfiguration\": {\"enabled\": true, \"accessTokenKeyId\": \"$ACCESS_KEY_ID\", \"idTokenKeyId\": \"$ID_KEY_ID\",
        \"timeToLiveInSeconds\": 3600, \"refreshTokenTimeToLiveInMinutes\": 43200},
    \"loginConfiguration\": {\"requireAuthentication\": true, \"generateRefreshTokens\": true, \"allowTokenRefresh\": true}}}" >/dev/null
fusionauth POST "/api/user/$USER_ID" "{\"user\": {\"email\": \"$EMAIL\", \"password\": \"$PASSWORD\"}, \"skipVerification\": true}" >/dev/null
fusionauth POST "/api/user/registration/$USER_ID" "{\"registration\": {\"applicationId\": \"$APPLICATION_ID\"}}" >/dev/null
fusionauth POST /api/api-key "{\"apiKey\": {\"name\": \"login\", \"tenantId\": \"$TENANT_ID\",
    \"permissions\": {\"endpoints\": {\"/api/login\": [\"POST\"]}}}}" >/dev/null
curl -sSf "$ISSUER/.well-known/openid-configuration" >/dev/null
curl -sSf "$ISSUER/.well-known/jwks.json" >/dev/null

account=$(aws sts get-caller-identity --query Account --output text)
role=$(aws iam create-role --role-name by-hand --query Role.Arn --output text --assume-role-policy-document '{"Version":
    "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}')
aws iam attach-role-policy --role-name by-hand \
    --policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
function=$(aws lambda create-function --function-name byHand --runtime nodejs24.x --handler index.handler --role "$role" \
    --zip-file "fileb://$PACKAGE" --query FunctionArn --output text)
api=$(aws apigatewayv2 create-api --name by-hand --protocol-type HTTP --query ApiId --output text)
aws apigatewayv2 create-stage --api-id "$api" --stage-name '$default' --auto-deploy >/dev/null
until [ "$(aws lambda get-function-configuration --function-name byHand --query State --output text)" = Active ]; do :; done
integration=$(aws apigatewayv2 create-integration --api-id "$api" --integration-type AWS_PROXY --integration-method POST \
    --payload-format-version 2.0 --integration-uri "$function" --query IntegrationId --output text)
authorizer=$(aws apigatewayv2 create-authorizer --api-id "$api" --name by-hand --authorizer-type JWT \
    --identity-source '$request.header.Authorization' --jwt-configuration "Issuer=$ISSUER,Audience=$APPLICATION_ID" \
    --query AuthorizerId --output text)
aws apigatewayv2 create-route --api-id "$api" --route-key 'ANY /privateFunction' --target "integrations/$integration" \
    --authorization-type JWT --authorizer-id "$authorizer" >/dev/null
aws lambda add-permission --function-name byHand --statement-id by-hand --action lambda:InvokeFunction \
    --principal apigateway.amazonaws.com \
    --source-arn "arn:aws:execute-api:$AWS_REGION:$account:$api/*/*/privateFunction" >/dev/null
status=$(curl -sS -o /dev/null -w '%{http_code}' "$GATEWAY_URL/$api/privateFunction")
[ "$status" = 401 ]
echo "$GATEWAY_URL/$api/privateFunction"
