// The program of a function worker: loads the handler once, then answers invocations one after another.
// Frames on the private socket, both ways: header length and payload length (32 bit, big endian), a JSON header,
// the payload. Standard output stays the handler's own, so nothing it prints can disturb the conversation.
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { Writable } from "node:stream";
import util from "node:util";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

const [socketFd, lifelineFd] = process.argv.splice(2).map(Number);

// Node writes to pipes in the background. Here a write is done when it returns, so that all a handler has printed is in
// the pipe before its answer is sent.
const moment = new Int32Array(new SharedArrayBuffer(4));
function writeAll(fd, chunk) {
  for (let start = 0; start < chunk.length; ) {
    try {
      start += fs.writeSync(fd, chunk, start);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error; // the pipe is full, and a child of the handler has made it non-blocking
      Atomics.wait(moment, 0, 0, 1);
    }
  }
}
for (const [name, fd] of [["stdout", 1], ["stderr", 2]]) {
  const stream = new Writable({ write: (chunk, _encoding, done) => done(writeAll(fd, chunk)) });
  Object.defineProperty(process, name, { value: Object.assign(stream, { fd }), configurable: true });
}

// A busy handler keeps this thread from noticing anything. A second thread holds the lifeline: it breaks when the
// sandbox is gone, however it went, and takes the whole process group along.
new Worker(
  `const { workerData } = require("node:worker_threads");
   const lifeline = new (require("node:net").Socket)({ fd: workerData.fd, writable: false });
   const end = () => { try { process.kill(-workerData.pid, "SIGKILL"); } finally { process.kill(workerData.pid, "SIGKILL"); } };
   lifeline.on("error", end).on("close", end).resume();`,
  { eval: true, workerData: { fd: lifelineFd, pid: process.pid } },
).unref();

const socket = new net.Socket({ fd: socketFd, readable: true, writable: true });
const modernRuntime = Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV)?.[1]) >= 24;
let requestId = "";
let settle = null; // answers the running invocation, once

for (const [method, level] of Object.entries({
  log: "INFO", info: "INFO", warn: "WARN", error: "ERROR", debug: "DEBUG", trace: "TRACE",
})) {
  console[method] = (...values) => {
    const text = util.format(...values).replaceAll("\n", "\r");
    process.stdout.write(`${new Date().toISOString()}\t${requestId || "undefined"}\t${level}\t${text}\n`);
  };
}

function send(header, payload = "") {
  const head = Buffer.from(JSON.stringify(header));
  const body = Buffer.from(payload);
  const sizes = Buffer.allocUnsafe(8);
  sizes.writeUInt32BE(head.length, 0);
  sizes.writeUInt32BE(body.length, 4);
  socket.write(Buffer.concat([sizes, head, body]));
}

function describe(thrown, type) {
  if (util.types.isNativeError(thrown) || thrown instanceof Error) {
    const trace = String(thrown.stack ?? "").split("\n");
    return { errorType: type ?? thrown.name, errorMessage: type ? String(thrown) : thrown.message, trace };
  }
  return { errorType: type ?? typeof thrown, errorMessage: String(thrown), trace: [] };
}

function report(label, thrown, description) {
  const { trace, ...rest } = description;
  const details = util.types.isNativeError(thrown) ? { ...rest, ...thrown, stack: trace } : { ...rest, stack: trace };
  let text;
  try { text = JSON.stringify(details); } catch { text = JSON.stringify({ ...rest, stack: trace }); }
  console.error(`${label} \t${text}`);
}

// An error that Lambda's runtime itself raises while it looks for the handler.
function runtimeError(type, message) {
  const error = new Error(message);
  error.name = type;
  return error;
}

async function importModule(file) {
  const candidate = ["", ".js", ".mjs", ".cjs"].map((end) => file + end)
    .find((name) => fs.statSync(name, { throwIfNoEntry: false })?.isFile());
  if (!candidate) {
    const name = path.basename(file);
    throw runtimeError("Runtime.ImportModuleError", `Error: Cannot find module '${name}'\nRequire stack:\n- /var/runtime/index.mjs`);
  }
  try {
    const namespace = await import(pathToFileURL(candidate));
    return "module.exports" in namespace ? namespace["module.exports"] : namespace;
  } catch (error) {
    if (error instanceof SyntaxError) throw Object.assign(runtimeError("Runtime.UserCodeSyntaxError", String(error)), { stack: error.stack });
    if (["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(error?.code)) {
      throw Object.assign(runtimeError("Runtime.ImportModuleError", String(error)), { stack: error.stack });
    }
    throw error;
  }
}

async function loadHandler(root, spec) {
  const folder = path.dirname(spec);
  const [, name, exported] = /^([^.]*)\.(.*)$/.exec(path.basename(spec)) ?? [];
  if (!name || !exported || spec.includes("..")) throw runtimeError("Runtime.MalformedHandlerName", `Bad handler ${spec}`);
  const module = await importModule(path.resolve(root, folder, name));
  const handler = exported.split(".").reduce((value, key) => value?.[key], module);
  if (handler === undefined) throw runtimeError("Runtime.HandlerNotFound", `${spec} is undefined or not exported`);
  if (typeof handler !== "function") throw runtimeError("Runtime.HandlerNotFound", `${spec} is not a function`);
  if (modernRuntime && handler.length > 2) {
    throw runtimeError("Runtime.CallbackHandlerDeprecated",
      "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.");
  }
  return handler;
}

function contextFor(header, done) {
  const env = process.env;
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: undefined,
    identity: undefined,
    invokedFunctionArn: header.arn,
    awsRequestId: header.id,
    getRemainingTimeInMillis: () => Math.max(0, header.deadline - Date.now()),
  };
  if (!modernRuntime) {
    Object.assign(context, {
      succeed: (value) => done(null, value), fail: (error) => done(error ?? new Error("handled")), done,
    });
  }
  return context;
}

function answer(failure, thrown, value, fatal = false) {
  const finish = settle;
  if (!finish) return;
  settle = null;
  socket.ref();
  const header = { kind: "result", rss: process.memoryUsage.rss(), fatal };
  let payload = "null";
  if (failure) {
    report("Invoke Error", thrown, failure);
    header.kind = "error";
    payload = JSON.stringify(failure);
  } else {
    try {
      payload = JSON.stringify(value === undefined ? null : value) ?? "null";
    } catch (error) {
      header.kind = "error";
      payload = JSON.stringify({ errorType: "Error", errorMessage: `Unable to stringify response body: ${error.message}`, trace: [] });
    }
  }
  send(header, payload);
}

async function invoke(handler, header, payload) {
  requestId = header.id;
  const done = (error, value) => settle === mine && (error ? answer(describe(error), error) : answer(null, null, value));
  const mine = (settle = {});
  socket.unref(); // an event loop that runs empty must end the invocation, not wait for the next one
  try {
    const event = JSON.parse(payload);
    const context = contextFor(header, done);
    const returned = modernRuntime ? handler(event, context) : handler(event, context, done);
    if (modernRuntime || typeof returned?.then === "function") done(null, await returned);
  } catch (thrown) {
    done(thrown ?? new Error(String(thrown)), undefined);
  }
}

process.on("beforeExit", () => settle && answer(null, null, null));
for (const [event, type] of [["uncaughtException"], ["unhandledRejection", "Runtime.UnhandledPromiseRejection"]]) {
  process.on(event, (thrown) => {
    const failure = describe(thrown, type);
    if (settle) answer(failure, thrown, null, true);
    else report("Unhandled", thrown, failure);
    socket.end(() => process.exit(1));
  });
}

function serve(handler) {
  let pending = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    pending = pending.length ? Buffer.concat([pending, chunk]) : chunk;
    while (pending.length >= 8) {
      const headEnd = 8 + pending.readUInt32BE(0);
      const end = headEnd + pending.readUInt32BE(4);
      if (pending.length < end) return;
      const header = JSON.parse(pending.subarray(8, headEnd));
      const payload = pending.subarray(headEnd, end).toString();
      pending = pending.subarray(end);
      invoke(handler, header, payload);
    }
  });
}

socket.on("close", () => process.exit(0));
try {
  const handler = await loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
  serve(handler);
  send({ kind: "ready" });
} catch (thrown) {
  const failure = describe(thrown);
  report("Uncaught Exception", thrown, failure);
  send({ kind: "init-error" }, JSON.stringify(failure));
  socket.end(() => process.exit(1));
}
