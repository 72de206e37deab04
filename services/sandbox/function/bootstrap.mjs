// The program of a function worker: loads the handler once, then answers invocations one after another.
// Frames on the private socket, both ways: header length and payload length (32 bit, big endian), a JSON header,
// the payload. Standard output stays the handler's own, so nothing it prints can disturb the conversation.
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { Writable } from "node:stream";
import util from "node:util";
import { pathToFileURL } from "node:url";

const [socketFd, functionArn] = process.argv.splice(2);

// Node writes to pipes in the background. Here a write is done when it returns, so that all a handler has printed is in
// the pipe before its answer is sent.
let printed = false; // since the last answer
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
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      printed = true;
      done(writeAll(fd, chunk));
    },
  });
  Object.defineProperty(process, name, { value: Object.assign(stream, { fd }), configurable: true });
}

const socket = new net.Socket({
  fd: Number(socketFd),
  readable: true,
  writable: true,
  onread: { buffer: Buffer.allocUnsafeSlow(65536), callback: (length, buffer) => deliver(buffer.subarray(0, length)) },
});
const modernRuntime = Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV)?.[1]) >= 24;
let requestId = "";
let running = null; // what stands for the invocation being answered, so that each is answered once

for (const [method, level] of Object.entries({
  log: "INFO", info: "INFO", warn: "WARN", error: "ERROR", debug: "DEBUG", trace: "TRACE",
})) {
  console[method] = (...values) => {
    const text = util.format(...values).replaceAll("\n", "\r");
    process.stdout.write(`${new Date().toISOString()}\t${requestId || "undefined"}\t${level}\t${text}\n`);
  };
}

// Straight into the socket: a stream's write takes longer than a small handler runs.
function send(kind, payload = "", rss = 0, fatal = false) {
  const head = `{"kind":"${kind}","rss":${rss},"fatal":${fatal},"printed":${printed}}`;
  printed = false;
  const frame = Buffer.allocUnsafe(8 + head.length + Buffer.byteLength(payload));
  frame.writeUInt32BE(head.length, 0);
  frame.writeUInt32BE(frame.length - 8 - head.length, 4);
  frame.latin1Write(head, 8);
  frame.utf8Write(payload, 8 + head.length);
  writeAll(Number(socketFd), frame);
}

// Reading it takes a system call or three, so it is measured now and then only.
let measured = { at: 0, rss: 0 };
function residentBytes() {
  const now = Date.now();
  if (now - measured.at > 100) measured = { at: now, rss: process.memoryUsage.rss() };
  return measured.rss;
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
    throw runtimeError("Runtime.ImportModuleError", `Error: Cannot find module '${path.basename(file)}'`);
  }
  try {
    const namespace = await import(pathToFileURL(candidate));
    return "module.exports" in namespace ? namespace["module.exports"] : namespace;
  } catch (error) {
    const missing = ["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(error?.code);
    const type = error instanceof SyntaxError ? "Runtime.UserCodeSyntaxError" : missing && "Runtime.ImportModuleError";
    throw type ? Object.assign(runtimeError(type, String(error)), { stack: error.stack }) : error;
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
      "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. " +
      "You need to modify this function to use a supported handler signature to use Node.js 24 or later. " +
      "For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.");
  }
  return handler;
}

function contextFor(header) {
  const env = process.env;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: undefined,
    identity: undefined,
    invokedFunctionArn: functionArn,
    awsRequestId: header.id,
    getRemainingTimeInMillis: () => Math.max(0, header.deadline - Date.now()),
  };
}

function answer(kind, payload, fatal = false) {
  running = null;
  socket.ref();
  send(kind, payload, residentBytes(), fatal);
}

function succeed(value) {
  let payload;
  try {
    payload = JSON.stringify(value) ?? "null";
  } catch (error) {
    return fail(new Error(`Unable to stringify response body: ${error.message}`));
  }
  return answer("result", payload);
}

function fail(thrown, type, fatal = false) {
  const failure = describe(thrown, type);
  report("Invoke Error", thrown, failure);
  answer("error", JSON.stringify(failure), fatal);
}

async function invoke(handler, header, payload) {
  requestId = header.id;
  const invocation = (running = {});
  const once = (finish) => (value) => { if (running === invocation) finish(value); };
  const [done, failed] = [once(succeed), once((thrown) => fail(thrown))];
  socket.unref(); // an event loop that runs empty must end the invocation, not wait for the next one
  try {
    const event = JSON.parse(payload);
    const context = contextFor(header);
    if (modernRuntime) {
      done(await handler(event, context));
      return;
    }
    const callback = (error, value) => (error ? failed(error) : done(value));
    Object.assign(context, { succeed: done, fail: failed, done: callback });
    const returned = handler(event, context, callback);
    if (typeof returned?.then === "function") done(await returned);
  } catch (thrown) {
    failed(thrown);
  }
}

process.on("beforeExit", () => running && answer("result", "null"));
for (const [event, type] of [["uncaughtException"], ["unhandledRejection", "Runtime.UnhandledPromiseRejection"]]) {
  process.on(event, (thrown) => {
    if (running) fail(thrown, type, true);
    else report("Unhandled", thrown, describe(thrown, type));
    socket.end(() => process.exit(1));
  });
}

let deliver = () => {};
function serve(handler) {
  let chunks = [];
  let size = 0;
  let end = Infinity;
  deliver = (chunk) => { // one frame at a time: the next invocation comes after the answer to this one
    size += chunk.length;
    if (end === Infinity && size >= 8) {
      if (chunks.length) chunk = Buffer.concat([...chunks.splice(0), chunk]);
      end = 8 + chunk.readUInt32BE(0) + chunk.readUInt32BE(4);
    }
    if (size < end) {
      chunks.push(Buffer.from(chunk)); // a copy: the socket reads into the same buffer again
      return;
    }
    const frame = chunks.length ? Buffer.concat([...chunks, chunk]) : chunk;
    const headEnd = 8 + frame.readUInt32BE(0);
    [chunks, size, end] = [[], 0, Infinity];
    invoke(handler, JSON.parse(frame.latin1Slice(8, headEnd)), frame.utf8Slice(headEnd, frame.length));
  };
}

socket.on("close", () => process.exit(0));
try {
  const handler = await loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
  serve(handler);
  send("ready");
} catch (thrown) {
  const failure = describe(thrown);
  report("Uncaught Exception", thrown, failure);
  send("init-error", JSON.stringify(failure));
  socket.end(() => process.exit(1));
}
