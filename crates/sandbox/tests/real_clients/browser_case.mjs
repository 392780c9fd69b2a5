// Opens a page in Chromium, does what a person does there, and prints what is seen as one JSON line.
//
// Run by tests/real_clients/browser.rs:
//   node browser_case.mjs CHROMIUM FOLDER URL [type=TEXT] [click=LABEL]...
// Clicks are mouse events at the middle of the button, and scripts of pages are switched off. What
// stands before the click is in "before"; a picture of every page goes to FOLDER.

import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [chromium, folder, url, ...steps] = process.argv.slice(2);
const browser = spawn(
  chromium,
  [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    // Nothing outside of this machine is found.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--window-size=900,900",
    `--user-data-dir=${mkdtempSync(join(folder, "profile-"))}`,
    "--remote-debugging-port=0",
    "about:blank",
  ],
  { stdio: ["ignore", "ignore", "pipe"] },
);

const debuggerAddress = await new Promise((resolve, reject) => {
  let told = "";
  browser.stderr.on("data", (piece) => {
    told += piece;
    const found = told.match(/DevTools listening on ws:\/\/([^/]+)\//);
    if (found) resolve(found[1]);
  });
  browser.on("exit", () => reject(new Error(told)));
});

const targets = await (await fetch(`http://${debuggerAddress}/json/list`)).json();
const page = new WebSocket(targets.find((one) => one.type === "page").webSocketDebuggerUrl);
await new Promise((resolve) => page.addEventListener("open", resolve, { once: true }));

let last = 0;
const waiting = new Map();
const loads = [];
page.addEventListener("message", ({ data }) => {
  const message = JSON.parse(data);
  if (message.method === "Page.loadEventFired") loads.shift()?.();
  const wanted = waiting.get(message.id);
  if (!wanted) return;
  waiting.delete(message.id);
  if (message.error) wanted.reject(new Error(message.error.message));
  else wanted.resolve(message.result);
});
const call = (method, params = {}) =>
  new Promise((resolve, reject) => {
    last += 1;
    waiting.set(last, { resolve, reject });
    page.send(JSON.stringify({ id: last, method, params }));
  });
const loaded = () => new Promise((resolve) => loads.push(resolve));
const evaluate = async (expression) =>
  (await call("Runtime.evaluate", { expression, returnByValue: true })).result.value;

let pictures = 0;
async function look() {
  const { data } = await call("Page.captureScreenshot", { format: "png" });
  pictures += 1;
  writeFileSync(join(folder, `page-${pictures}.png`), Buffer.from(data, "base64"));
  return evaluate(`({
    url: location.href,
    title: document.title,
    heading: document.querySelector("h1")?.textContent ?? null,
    text: document.body?.innerText ?? "",
    code: document.querySelector("#code")?.textContent ?? null,
    buttons: [...document.querySelectorAll("button")].map((one) => one.textContent),
    unlabelled: [...document.querySelectorAll("input:not([type=hidden])")]
      .filter((one) => one.labels.length === 0).length,
  })`);
}

async function click(label) {
  const middle = await evaluate(`(() => {
    const wanted = [...document.querySelectorAll("button")]
      .find((one) => one.textContent === ${JSON.stringify(label)});
    if (!wanted) return null;
    const box = wanted.getBoundingClientRect();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  })()`);
  if (!middle) throw new Error(`there is no button ${label}`);
  const next = loaded();
  for (const type of ["mousePressed", "mouseReleased"]) {
    await call("Input.dispatchMouseEvent", { type, ...middle, button: "left", clickCount: 1 });
  }
  await next;
}

let outcome;
try {
  await call("Page.enable");
  await call("Emulation.setScriptExecutionDisabled", { value: true });
  const first = loaded();
  await call("Page.navigate", { url });
  await first;
  const before = await look();
  for (const step of steps) {
    const [verb, text] = [step.slice(0, step.indexOf("=")), step.slice(step.indexOf("=") + 1)];
    if (verb === "click") {
      await click(text);
    } else {
      await evaluate(`document.querySelector("input[type=text]").focus()`);
      await call("Input.insertText", { text });
    }
  }
  outcome = { before, after: await look() };
} catch (error) {
  outcome = { error: String(error) };
}
console.log(JSON.stringify(outcome));
page.close();
browser.kill();
