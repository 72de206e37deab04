// FusionAuth's own TypeScript client, called by name: reads {url, key, tenant, method, named} a line, as JSON, and
// writes {status, body}. Arguments come by name, for the order of the parameters is the client's own.
import { createInterface } from "node:readline";
import { FusionAuthClient } from "@fusionauth/typescript-client";

const parametersOf = (method) =>
  /\(([^)]*)\)/.exec(method.toString())[1].split(",").map((name) => name.trim()).filter(Boolean);

for await (const line of createInterface({ input: process.stdin })) {
  const { url, key, tenant, method, named } = JSON.parse(line);
  const client = new FusionAuthClient(key, url, tenant);
  const parameters = parametersOf(client[method]);
  const unknown = Object.keys(named).filter((name) => !parameters.includes(name));
  if (unknown.length) throw new Error(`${method} takes ${parameters}, not ${unknown}`);
  const answer = await client[method](...parameters.map((name) => named[name])).catch((refused) => refused);
  if (answer.exception instanceof Error) throw answer.exception;
  console.log(JSON.stringify({ status: answer.statusCode, body: answer.response ?? answer.exception ?? null }));
}
