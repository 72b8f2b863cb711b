import { posix } from "node:path";
import type { Call } from "../shared/call.ts";
import { ToolError } from "../shared/errors.ts";
import type { Announcer } from "../shared/pipeline/announce.ts";
import type { ToolFacts } from "../shared/tool.ts";
import type { Instructions } from "./engine.ts";
import { fitBudget } from "./merge/fit-budget.ts";
import { harmless, mergedText, nonceFor } from "./merge/merged-text.ts";
import { said } from "./merge/said.ts";

const LOOK_AGAIN_MS = 5_000;
const MOST_CALLERS = 1_000;
/** Of one caller. */
const MOST_PLACES = 5_000;
/** Of one call. */
const MOST_LOOKED_AT = 8;
/** Tokens of instructions that are put into one answer. */
const INJECTED_TOKENS = 2_000;

export interface AnnouncerOptions {
  /** Called for the first place that has to be looked at. */
  readonly open: () => Promise<Instructions>;
  /** False: says nothing at all. */
  readonly announce: boolean;
  /** Adds the text and not only the name. */
  readonly inject: boolean;
  /** A directory that was looked at is not looked at again so soon; 5,000 when left out. */
  readonly lookAgainMs?: number;
}

/** What one caller was told. */
interface Told {
  /** When each directory was looked at, by its name in calls. */
  readonly looked: Map<string, number>;
  /** Ids of files. */
  readonly versions: Set<string>;
}

/** Names the instructions that a directory has for itself, once to each caller, and again when they changed. */
export class InstructionAnnouncer implements Announcer {
  readonly #options: AnnouncerOptions;
  readonly #callers = new Map<string, Told>();
  #instructions: Promise<Instructions> | undefined;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  notesFor(tool: ToolFacts, _input: unknown, call: Call): Promise<readonly string[]> | undefined {
    const { paths } = call.record.touches;
    const isSilent = !this.#options.announce || tool.server === "instructions";
    if (paths === undefined || isSilent) return undefined;
    const told = this.#toldTo(call.caller.id);
    const now = performance.now();
    const seenSince = now - (this.#options.lookAgainMs ?? LOOK_AGAIN_MS);
    const places = new Set(paths.slice(0, MOST_LOOKED_AT).flatMap(directoriesOf));
    const unseen = [...places].filter((place) => (told.looked.get(place) ?? -Infinity) < seenSince);
    if (unseen.length === 0) return undefined;
    for (const place of unseen) remember(told.looked, place, now);
    return this.#look(unseen, told, call);
  }

  async #look(places: readonly string[], told: Told, call: Call): Promise<readonly string[]> {
    const notes: string[] = [];
    for (const place of places) {
      try {
        const note = await this.#noteFor(place, told, call);
        if (note !== undefined) notes.push(note);
      } catch (error) {
        // nobody asked for it, so it disturbs nobody
        if (!(error instanceof ToolError)) call.log("warn", `instructions of ${place}: ${String(error)}`);
      }
    }
    return notes;
  }

  async #noteFor(place: string, { versions }: Told, { signal }: Call): Promise<string | undefined> {
    this.#instructions ??= this.#options.open();
    const instructions = await this.#instructions;
    const own = await instructions.own(place);
    const fresh = own.filter(({ id }) => !versions.has(id));
    if (fresh.length === 0) return undefined;
    for (const { id } of fresh) versions.add(id);
    const names = fresh.map(({ path }) => path).join(", ");
    const note = `[instructions] ${harmless(said(names))} ${fresh.length === 1 ? "holds" : "hold"} for ${harmless(said(place))}: read before changing something there`;
    if (!this.#options.inject) return note;
    const { blocks } = await instructions.load({ target: place, signal });
    const ids = new Set(fresh.map(({ id }) => id));
    const theirs = blocks.filter(({ id }) => ids.has(id));
    const { kept, notice } = fitBudget(theirs, { budgetTokens: INJECTED_TOKENS });
    return `${note}\n${mergedText(kept, notice, nonceFor(kept))}`;
  }

  #toldTo(caller: string): Told {
    const known = this.#callers.get(caller);
    if (known !== undefined) return known;
    const told: Told = { looked: new Map(), versions: new Set() };
    this.#callers.set(caller, told);
    const [oldest] = this.#callers.keys();
    if (this.#callers.size > MOST_CALLERS && oldest !== undefined) this.#callers.delete(oldest);
    return told;
  }
}

/** The directory that a path lies in, and the path itself where it may be one. */
function directoriesOf(path: string): string[] {
  const folder = posix.dirname(path);
  return posix.extname(path) === "" ? [folder, path] : [folder];
}

function remember(looked: Map<string, number>, place: string, now: number): void {
  looked.delete(place);
  looked.set(place, now);
  const [oldest] = looked.keys();
  if (looked.size > MOST_PLACES && oldest !== undefined) looked.delete(oldest);
}
