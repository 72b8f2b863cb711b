import type { Access } from "../access.ts";
import { ToolError } from "../errors.ts";
import type { SafePath } from "./safe-path.ts";
import type { Workspace } from "./workspace.ts";

const MOST_FILES = 256;
/** Looking through the door twice a second cannot be led outside, as a watch of the operating system's by path can. */
const INTERVAL_MS = 500;

interface Watched {
  readonly path: SafePath;
  readonly changed: () => void;
  state: string;
}

/** Looks at files that somebody wants to hear of; does nothing while there is none. */
export class Watch {
  readonly #workspace: Workspace;
  readonly #watched = new Set<Watched>();
  readonly #closed = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /**
   * Calls `changed` after each change of a regular file, also when it goes and comes back, until the returned
   * function is called. Throws as `stat` does, `invalid_input` for what is no file, `too_large` beyond 256 files.
   */
  async add(path: SafePath, changed: () => void): Promise<() => void> {
    const facts = await this.#workspace.stat(path, this.#access, { follow: true });
    if (facts.kind !== "file")
      throw new ToolError("invalid_input", `${path.shown} is a ${facts.kind}; only files can be watched`);
    if (this.#watched.size >= MOST_FILES)
      throw new ToolError("too_large", `${MOST_FILES} files are watched already`, {
        hint: "Unsubscribe from some first.",
      });
    const watched = { path, changed, state: await this.#stateOf(path) };
    this.#watched.add(watched);
    this.#timer ??= setInterval(() => void this.#look(), INTERVAL_MS).unref();
    return () => {
      this.#watched.delete(watched);
      if (this.#watched.size === 0) this.#rest();
    };
  }

  close(): void {
    this.#closed.abort();
    this.#watched.clear();
    this.#rest();
  }

  /** Only that something changed is told, and the subscription was allowed; so nothing is asked again. */
  get #access(): Access {
    return { signal: this.#closed.signal, permit: () => {} };
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    for (const watched of this.#watched) {
      const state = await this.#stateOf(watched.path);
      if (state === watched.state || !this.#watched.has(watched)) continue;
      watched.state = state;
      watched.changed();
    }
  }

  async #stateOf(path: SafePath): Promise<string> {
    try {
      const { kind, identity, size, mtimeMs } = await this.#workspace.stat(path, this.#access, {
        follow: true,
      });
      return kind === "file" ? `${identity} ${size} ${mtimeMs}` : "gone";
    } catch {
      // Whatever keeps the file from being seen, it is not there for the subscriber.
      return "gone";
    }
  }
}
