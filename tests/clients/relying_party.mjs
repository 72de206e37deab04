// A certified OpenID relying party (npm openid-client) through the code flow with PKCE. Reads {issuer, client_id,
// client_secret, redirect_uri, scope} and writes {authorize}; reads {back}, the address a browser came back with, and
// writes all it was told. Any check of the relying party that fails is written as {refused}.
import { createInterface } from "node:readline";
import * as client from "openid-client";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const read = async () => JSON.parse((await lines.next()).value);
const write = (said) => console.log(JSON.stringify(said));

async function run() {
  const asked = await read();
  const authentication = client[asked.authentication](asked.client_secret);
  const server = await client.discovery(new URL(asked.issuer), asked.client_id, undefined, authentication, {
    // http, for the sandbox is on loopback; signatures are checked although the tokens come straight from the server.
    execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
  });
  const verifier = client.randomPKCECodeVerifier();
  const checks = {
    pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce(),
    idTokenExpected: true, maxAge: 60,
  };
  const authorize = client.buildAuthorizationUrl(server, {
    redirect_uri: asked.redirect_uri, scope: asked.scope, state: checks.expectedState, nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
  });
  write({ authorize });
  const tokens = await client.authorizationCodeGrant(server, new URL((await read()).back), checks);
  const claims = tokens.claims();
  const userinfo = await client.fetchUserInfo(server, tokens.access_token, claims.sub);
  const refreshed = await client.refreshTokenGrant(server, tokens.refresh_token);
  const end = client.buildEndSessionUrl(server, { post_logout_redirect_uri: asked.redirect_uri });
  write({ metadata: server.serverMetadata(), tokens, claims, userinfo, refreshed, renewed: refreshed.claims(), end });
}

await run().catch((error) => write({ refused: error.code, because: error.message }));
