// Plays one case with the AWS SDK for JavaScript and prints its outcome as one JSON line.
//
// Run by tests/real_clients/host.rs with a scrubbed environment and a home that has a signed-in SSO
// profile: node js_case.cjs NODE_MODULES CASE MODEL [http1]

const { createRequire } = require("node:module");
const path = require("node:path");
const { createInterface } = require("node:readline");

const [modules, play, modelId, http1] = process.argv.slice(2);
const load = createRequire(path.join(modules, "anything.js"));
const bedrock = load("@aws-sdk/client-bedrock-runtime");
const { fromSSO } = load("@aws-sdk/credential-providers");
const { NodeHttpHandler } = load("@smithy/node-http-handler");

const messages = [{ role: "user", content: [{ text: "hi" }] }];
const anthropic = JSON.stringify({
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 64,
  messages: [{ role: "user", content: "hi" }],
});

async function credentials() {
  const real = await fromSSO({ profile: process.env.AWS_PROFILE })();
  switch (play) {
    case "wrong-secret":
      return { ...real, secretAccessKey: "FAKE".repeat(10) };
    case "wrong-token":
      return { ...real, sessionToken: "FAKE" };
    default:
      return real;
  }
}

async function pause() {
  console.log("ready");
  const lines = createInterface({ input: process.stdin });
  await new Promise((resolve) => lines.once("line", resolve));
  lines.close();
}

async function converse(client) {
  const answer = await client.send(new bedrock.ConverseCommand({ modelId, messages }));
  return { text: answer.output.message.content[0].text, stop: answer.stopReason };
}

async function stream(client) {
  const answer = await client.send(new bedrock.ConverseStreamCommand({ modelId, messages }));
  let text = "";
  let stop = null;
  const events = [];
  for await (const event of answer.stream) {
    const [[name, body]] = Object.entries(event);
    if (!events.includes(name)) events.push(name);
    text += body.delta?.text ?? "";
    stop = body.stopReason ?? stop;
  }
  return { text, stop, events };
}

async function invokeStream(client) {
  const command = new bedrock.InvokeModelWithResponseStreamCommand({ modelId, body: anthropic });
  let text = "";
  let stop = null;
  for await (const event of (await client.send(command)).body) {
    const { delta } = JSON.parse(Buffer.from(event.chunk.bytes).toString());
    text += delta?.text ?? "";
    stop = delta?.stop_reason ?? stop;
  }
  return { text, stop };
}

async function run() {
  const options = { maxAttempts: 1 };
  if (http1 === "http1") options.requestHandler = new NodeHttpHandler();
  // The chain of the SDK itself, as an agent uses it, unless the case is about a bad key.
  if (play.startsWith("wrong-") || play === "paused") options.credentials = await credentials();
  if (play === "wrong-region") options.region = "eu-west-1";
  const client = new bedrock.BedrockRuntimeClient(options);
  if (play === "paused") await pause();
  switch (play) {
    case "stream":
      return stream(client);
    case "invoke-stream":
      return invokeStream(client);
    default:
      return converse(client);
  }
}

run()
  .catch((error) => ({
    error: error.name,
    status: error.$metadata?.httpStatusCode,
    message: error.message,
  }))
  .then((outcome) => console.log(JSON.stringify(outcome)));
