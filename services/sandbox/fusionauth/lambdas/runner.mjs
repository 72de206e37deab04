// Runs lambdas, one line of JSON in, one line of JSON out, each in a fresh context that holds nothing but JavaScript.
import { createInterface } from "node:readline";
import vm from "node:vm";

// Only text and other primitives cross the border, and what a lambda throws is never looked at: an object of this
// realm in the lambda's hands, or one of its objects read here, would let it out.
const PROLOGUE = `
for (const name of ["SharedArrayBuffer", "Atomics", "WebAssembly"]) delete globalThis[name];
globalThis.console = Object.freeze({ debug() {}, error() {}, info() {}, log() {} });`;
const CALL = `(({ parse, stringify }, text) => {
  try {
    const { jwt, user, registration, context } = parse(text);
    populate(jwt, user, registration, context);
    return stringify(jwt);
  } catch {}
})`;

const MAXIMUM_RESULT = Number(process.argv[3]);
const LIMIT = {
  displayErrors: false,
  importModuleDynamically() {
    throw "A lambda has no modules.";
  },
  timeout: Number(process.argv[2]),
};

function run({ body, ...given }) {
  const context = vm.createContext(vm.constants.DONT_CONTEXTIFY, {
    codeGeneration: { strings: false, wasm: false },
    microtaskMode: "afterEvaluate",
  });
  const evaluate = (code) => new vm.Script(code, LIMIT).runInContext(context, LIMIT);
  evaluate(PROLOGUE);
  evaluate(body);
  return evaluate(`${CALL}(JSON, ${JSON.stringify(JSON.stringify(given))})`);
}

process.on("unhandledRejection", () => {});
for await (const line of createInterface({ input: process.stdin })) {
  let result;
  try {
    result = run(JSON.parse(line));
  } catch {}
  const usable = typeof result === "string" && result.length <= MAXIMUM_RESULT;
  process.stdout.write(`${JSON.stringify({ result: usable ? result : null })}\n`);
}
