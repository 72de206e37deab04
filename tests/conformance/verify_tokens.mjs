// Reads {issuer, audience, scope, jwks, tokens} from standard input, as JSON, and writes for each token whether
// AWS's own verifier takes it: "ok", or the name of the error it throws.
import { JwtVerifier } from "aws-jwt-verify";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { issuer, audience, scope, jwks, tokens } = JSON.parse(Buffer.concat(chunks));
const verifier = JwtVerifier.create({ issuer, audience, scope: scope ?? undefined, jwksUri: `${issuer}/keys` });
verifier.cacheJwks(jwks);
const verdicts = tokens.map((token) => {
  try {
    verifier.verifySync(token);
    return "ok";
  } catch (error) {
    return error.constructor.name;
  }
});
process.stdout.write(JSON.stringify(verdicts));
