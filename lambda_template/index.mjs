// The private function behind the gateway: it answers with the claims the JWT authorizer passed on.
// Payload format 2.0 puts them under authorizer.jwt.claims, format 1.0 under authorizer.claims.
export const handler = async (event) => {
  const authorizer = event.requestContext?.authorizer;
  const claims = authorizer?.jwt?.claims ?? authorizer?.claims ?? {};
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(claims),
  };
};
