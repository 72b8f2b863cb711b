import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** Runs git in a small process beside this one, each time to its end, with all that it prints. */
export class GitItself {
  #child;
  #waiting = new Map();
  #nextId = 0;

  constructor(env) {
    this.#child = fork(join(import.meta.dirname, "git-runner.mjs"), { env });
    this.#child.on("message", ({ id, ...answer }) => {
      this.#waiting.get(id)(answer);
      this.#waiting.delete(id);
    });
  }

  /** Resolves to `{ text, bytes, ms }`: `ms` is from the start of git to its end. */
  async call(cwd, args) {
    const id = ++this.#nextId;
    const { text, ms, error } = await new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ id, cwd, args });
    });
    if (error !== undefined) throw new Error(error);
    return { text, bytes: Buffer.byteLength(text), ms };
  }

  async stop() {
    this.#child.disconnect();
    await once(this.#child, "exit");
  }
}
