import type { Place } from "../shared/access.ts";
import type { Log } from "../shared/context.ts";
import { escapeForPerson } from "../shared/escape-for-person.ts";
import { scriptPlaces } from "../shared/policy/script-places.ts";
import { HookFiles, type HookPlaces, type HookSet } from "./config/hook-files.ts";
import type { LoadedHandler } from "./handler.ts";
import { Selector } from "./match/select.ts";
import type { HookTrust } from "./trust/hook-trust.ts";
import { isUnrunGuard } from "./run-here.ts";

export interface LiveSetOptions extends Omit<HookPlaces, "importClaude"> {
  readonly importClaude: "never" | "auto" | "always";
  /** Guards that are not run here count as such that fail. */
  readonly failClosed: boolean;
  readonly trust: HookTrust;
  readonly log: Log;
}

/** What is configured now, ready for selection. */
export interface Live {
  readonly set: HookSet;
  /** For a client of this name. */
  readonly selectorFor: (client: string) => Selector;
  /** A file that cannot be read may have held a guard. */
  readonly isBroken: boolean;
}

/** Keeps up with the files of hooks, and with what else hangs on them. */
export class LiveSet {
  readonly #options: LiveSetOptions;
  readonly #files: HookFiles;
  #live: Live | undefined;
  #isScript: (place: Place) => boolean = () => false;

  constructor(options: LiveSetOptions) {
    this.#options = options;
    this.#files = new HookFiles({ ...options, importClaude: options.importClaude !== "never" });
  }

  /** At once while no file changed, which costs microseconds. Does not throw. */
  read(): Live | Promise<Live> {
    const set = this.#files.read();
    return set instanceof Promise ? set.then((read) => this.#take(read)) : this.#take(set);
  }

  /** True for a place that a handler names as its script, or above one, as of the last reading. */
  isScript(place: Place): boolean {
    return this.#isScript(place);
  }

  #take(set: HookSet): Live {
    if (this.#live?.set === set) return this.#live;
    const { importClaude, trust, failClosed } = this.#options;
    const handlers = failClosed ? set.handlers.map(counted) : set.handlers;
    const all = new Selector(handlers);
    // Claude Code runs the hooks of its own settings itself, and nobody wants them twice
    const own = new Selector(handlers.filter(({ source }) => source.dialect !== "claude"));
    this.#live = {
      set,
      selectorFor: (client) => (importClaude === "auto" && isClaudeCode(client) ? own : all),
      isBroken: set.files.some(({ state }) => state === "broken"),
    };
    this.#isScript = scriptPlaces(trust.scripts(set.handlers));
    this.#tell(set);
    return this.#live;
  }

  #tell({ files }: HookSet): void {
    for (const { source, problems } of files) {
      for (const { level, message, line } of problems) {
        const where = line === undefined ? source.file : `${source.file}:${line}`;
        if (level === "error") this.#options.log("warn", `hooks: ${escapeForPerson(where)}: ${message}`);
      }
    }
  }
}

function counted(loaded: LoadedHandler): LoadedHandler {
  const { handler, source } = loaded;
  return isUnrunGuard(loaded) ? { handler, source } : loaded;
}

function isClaudeCode(client: string): boolean {
  return /^claude[-_ ]?code/iu.test(client);
}
