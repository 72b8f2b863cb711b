// A bare JSON-RPC client over stdio, so that its own cost is small and the same for every server.
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { performance } from "node:perf_hooks";

const START_LIMIT_MS = 60_000;

export class Client {
  #child;
  #pending = new Map();
  #rest = [];
  #nextId = 0;
  #exited;
  stderr = "";
  /** Milliseconds from spawn to the answer of `initialize`. */
  startMs = Number.NaN;

  /** Starts `{ command, args, env }` and shakes hands. Throws with the server's stderr when it does not come up. */
  static async start(server) {
    const client = new Client();
    await client.#open(server);
    return client;
  }

  async #open({ command, args, env }) {
    const began = performance.now();
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    this.#child.on("error", (error) => this.#end(error.message));
    this.#child.on("exit", (code, signal) => this.#end(`exited with ${signal ?? code}`));
    this.#child.stdin.on("error", () => {});
    this.#child.stderr.on("data", (data) => {
      if (this.stderr.length < 2_000) this.stderr += data;
    });
    this.#child.stdout.on("data", (data) => this.#read(data));
    const hello = {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "plumbline-bench", version: "1.0.0" },
    };
    try {
      await this.request("initialize", hello, START_LIMIT_MS);
    } catch (error) {
      await this.stop();
      throw new Error(`${error.message} ${this.stderr.slice(0, 300)}`, { cause: error });
    }
    this.startMs = performance.now() - began;
    this.#send({ method: "notifications/initialized", params: {} });
  }

  /**
   * Resolves `{ result, bytes, at }`: `bytes` is the whole line of the answer, `at` when its last byte had come,
   * before it was parsed, so that our own work is in nobody's figure. Throws on an error answer.
   */
  async request(method, params, limitMs = 60_000) {
    if (this.#exited !== undefined) throw new Error(this.#exited);
    const id = ++this.#nextId;
    const { message, bytes, at } = await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method} took over ${limitMs} ms`)), limitMs);
      const settle = (finish) => (value) => {
        clearTimeout(timer);
        this.#pending.delete(id);
        finish(value);
      };
      this.#pending.set(id, { resolve: settle(resolve), reject: settle(reject) });
      this.#send({ id, method, params });
    });
    if (message.error !== undefined) throw new Error(message.error.message);
    return { result: message.result, bytes, at };
  }

  /** Resident memory of the server and its children in MiB; NaN where there is no /proc. */
  rssMiB() {
    return treeRssKiB(this.#child.pid) / 1024;
  }

  async stop() {
    if (this.#exited !== undefined) return;
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.stdin.end();
    const timers = [
      setTimeout(() => this.#child.kill("SIGTERM"), 1_500),
      setTimeout(() => this.#child.kill("SIGKILL"), 3_000),
    ];
    await gone;
    timers.forEach(clearTimeout);
  }

  #send(message) {
    if (this.#exited === undefined)
      this.#child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }

  #end(why) {
    this.#exited ??= why;
    for (const { reject } of this.#pending.values()) reject(new Error(why));
  }

  #read(data) {
    const at = performance.now();
    let start = 0;
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, start)) {
      const line = Buffer.concat([...this.#rest, data.subarray(start, end)]);
      this.#rest = [];
      start = end + 1;
      this.#receive(line, at);
    }
    if (start < data.length) this.#rest.push(data.subarray(start));
  }

  #receive(line, at) {
    let message;
    try {
      message = JSON.parse(line.toString("utf8"));
    } catch {
      return; // Some servers print other things on stdout.
    }
    if (message.method !== undefined && message.id !== undefined) {
      this.#send({ id: message.id, error: { code: -32601, message: "not offered" } });
      return;
    }
    this.#pending.get(message.id)?.resolve({ message, bytes: line.length, at });
  }
}

function treeRssKiB(pid) {
  const status = (id) => {
    try {
      return readFileSync(`/proc/${id}/status`, "utf8");
    } catch {
      return "";
    }
  };
  let pids;
  try {
    pids = readdirSync("/proc").filter((name) => /^\d+$/u.test(name));
  } catch {
    return Number.NaN;
  }
  const all = pids.map((id) => ({ id: Number(id), text: status(id) }));
  const number = (text, key) => Number(new RegExp(`^${key}:\\s+(\\d+)`, "mu").exec(text)?.[1] ?? 0);
  const sum = (id) => {
    const own = all.find((each) => each.id === id);
    const children = all.filter((each) => number(each.text, "PPid") === id);
    return children.reduce((total, child) => total + sum(child.id), number(own?.text ?? "", "VmRSS"));
  };
  return sum(pid);
}
