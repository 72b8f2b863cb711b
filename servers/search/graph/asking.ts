import { ToolError } from "../../../shared/errors.ts";
import { stateWords } from "../answer/state-line.ts";
import type { SearchContext } from "../deps.ts";
import type { IndexView } from "../index/shapes.ts";
import { sourceText } from "../source-text.ts";
import { Lookups } from "./lookups.ts";
import { locateIn } from "../index/ground.ts";

/** A first build of the index is waited for so long, by what needs a name and by what needs the whole graph; milliseconds. */
export const WAIT_FOR_NAMES = 3_000;
export const WAIT_FOR_GRAPH = 10_000;
/** Files of an answer whose changes are looked for. */
const MOST_FRESHENED = 200;

/** An answer from the index as it is now: worked out again when one of the files that it is about had changed. */
export async function upToDate<Answer>(
  view: IndexView,
  work: (lookups: Lookups) => Answer | Promise<Answer>,
  pathsOf: (answer: Answer) => readonly string[],
): Promise<Answer> {
  view.reader.refresh();
  const answer = await work(new Lookups(view.reader));
  const paths = [...new Set(pathsOf(answer))].slice(0, MOST_FRESHENED);
  if (paths.length === 0 || !(await view.freshen(paths))) return answer;
  view.reader.refresh();
  return await work(new Lookups(view.reader));
}

/** Whether the text of files may be shown, asked once a file. */
export function readableIn(
  { root }: IndexView,
  { access }: Pick<SearchContext, "access">,
): (path: string) => boolean {
  const known = new Map<string, boolean>();
  return (path) => {
    const may =
      known.get(path) ?? isPermitted(() => access.permit({ root: root.path, relative: path }, "read"));
    known.set(path, may);
    return may;
  };
}

function isPermitted(ask: () => void): boolean {
  try {
    ask();
    return true;
  } catch (error) {
    if (error instanceof ToolError && error.code === "denied") return false;
    throw error;
  }
}

/** Lines of files as they are on the disk, each file read once. */
export class SourceLines {
  readonly #context: SearchContext;
  readonly #known = new Map<string, readonly string[] | undefined>();

  constructor(context: SearchContext) {
    this.#context = context;
  }

  /** Undefined for what is gone, may not be read or is no text. */
  async of({ root }: IndexView, path: string): Promise<readonly string[] | undefined> {
    const key = root.show(path);
    if (!this.#known.has(key)) this.#known.set(key, await this.#read(() => locateIn({ root }, path)));
    return this.#known.get(key);
  }

  async #read(locate: () => Parameters<typeof sourceText>[0]): Promise<readonly string[] | undefined> {
    try {
      return (await sourceText(locate(), this.#context)).split(/\r?\n/u);
    } catch (error) {
      this.#context.signal.throwIfAborted();
      if (error instanceof ToolError) return undefined;
      throw error;
    }
  }
}

/** What an answer's first line tells beside what is shown. */
export interface Standing {
  readonly state: readonly string[];
  readonly building: boolean;
}

export function standingOf(views: readonly IndexView[]): Standing {
  const states = views.map((view) => view.state());
  return {
    state: [...new Set(states.flatMap(stateWords))],
    building: states.some(({ state }) => state === "building"),
  };
}

/** An answer's first line. `partial` when something that was asked for is not in it. */
export function firstLine(
  facts: readonly string[],
  { state, building, cursor }: Standing & { readonly cursor?: string | undefined },
): string {
  const isPartial = building || cursor !== undefined;
  const more = cursor === undefined ? [] : [`more with cursor ${cursor}`];
  return `[${isPartial ? "partial: " : ""}${[...facts, ...state, ...more].join("; ")}]`;
}
