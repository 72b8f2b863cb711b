import * as z from "zod";
import { flag } from "../../../shared/fields.ts";
import { counted } from "../../../shared/listed.ts";
import { stateWords } from "../answer/state-line.ts";
import { tool, type SearchContext } from "../deps.ts";
import type { IndexState, IndexView } from "../index/shapes.ts";
import type { FileTally, SkipReason } from "../store/shapes.ts";
import { shownPath } from "../shown-path.ts";

/** Less than a call may take. */
const WAIT_MS = 100_000;
const MOST_LANGUAGES = 12;
const EXAMPLES = 3;
const MEND: Partial<Readonly<Record<SkipReason, string>>> = {
  too_large: "search.maxFileKb takes larger ones",
  unreadable: "they cannot be read, or the parser died over them",
};

interface Answer {
  readonly roots: readonly RootStatus[];
}

interface RootStatus {
  readonly shown: string;
  readonly state: IndexState;
  readonly bytes: number;
  readonly embedder: string;
  readonly languages: readonly (readonly [name: string, files: number])[];
  readonly bySyntax: number;
  /** Files of which parts could not be parsed, as answers show them. */
  readonly broken: { readonly files: number; readonly examples: readonly string[] };
  readonly skipped: readonly {
    readonly why: SkipReason;
    readonly files: number;
    readonly examples: readonly string[];
  }[];
}

export default tool({
  name: "index_status",
  title: "Index status",
  description: "How the code index stands: what is in it, what is left out and why, and what mends it.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    path: z.string().optional().meta({ description: "A path of one root." }),
    wait: flag("Until all is in."),
  }),
  touches: ({ path }) => ({ paths: path === undefined ? [] : [path] }),

  async run({ path, wait }, context): Promise<Answer> {
    const { indexes, access, report } = context;
    const options = { access, report, ...(wait ? { waitMs: WAIT_MS } : {}) };
    const views = path === undefined ? await indexes.views(options) : [await indexes.view(path, options)];
    return { roots: views.map((view) => statusOf(view, context)) };
  },

  render: ({ roots }) => roots.map(rootText).join("\n\n"),
});

function statusOf(view: IndexView, { options }: SearchContext): RootStatus {
  view.reader.refresh();
  const tallies = view.reader.tallies();
  const indexed = tallies.filter(({ skipped }) => skipped === undefined);
  const show = (path: string): string => shownPath(view.root, path);
  const reasons = sumBy(tallies, ({ skipped }) => skipped);
  return {
    shown: view.root.show(""),
    state: view.state(),
    bytes: view.reader.bytes(),
    embedder: options.embedder,
    languages: sumBy(indexed, ({ language }) => language),
    bySyntax: filesOf(indexed.filter(({ cut }) => cut === "syntax")),
    broken: {
      files: filesOf(indexed.filter(({ hasErrors }) => hasErrors)),
      examples: view.reader.examples("errors", EXAMPLES).map(show),
    },
    skipped: reasons.map(([why, count]) => ({
      why,
      files: count,
      // what holds secrets is not named
      examples: why === "secret" ? [] : view.reader.examples(why, EXAMPLES).map(show),
    })),
  };
}

function filesOf(tallies: readonly FileTally[]): number {
  return tallies.reduce((sum, { files }) => sum + files, 0);
}

/** How many files have each key, most frequent first. */
function sumBy<Key extends string>(
  tallies: readonly FileTally[],
  keyOf: (tally: FileTally) => Key | undefined,
): [Key, number][] {
  const counts = new Map<Key, number>();
  for (const tally of tallies) {
    const key = keyOf(tally);
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + tally.files);
  }
  return [...counts].toSorted(([one, many], [other, more]) => more - many || (one < other ? -1 : 1));
}

function rootText(status: RootStatus): string {
  const { shown, state, bytes, embedder, languages, bySyntax, broken, skipped } = status;
  const told = languages.slice(0, MOST_LANGUAGES).map(([name, files]) => `${name} ${files}`);
  const others = languages.length > told.length ? [`${languages.length - told.length} more`] : [];
  return [
    `[${shown}: ${[state.state, ...stateWords(state)].join("; ")}]`,
    ...(told.length === 0 ? [] : [`languages: ${[...told, ...others].join(", ")}`]),
    `cut by syntax: ${bySyntax} of ${counted(state.indexed, "file")}`,
    ...(broken.files === 0
      ? []
      : [
          `partly unreadable to the parser: ${counted(broken.files, "file")}, as ${broken.examples.join(", ")}`,
        ]),
    ...skipped.map(({ why, files, examples }) => {
      const as = examples.length === 0 ? "" : `, as ${examples.join(", ")}`;
      const mend = MEND[why] === undefined ? "" : ` (${MEND[why]})`;
      return `left out, ${why.replaceAll("_", " ")}: ${counted(files, "file")}${as}${mend}`;
    }),
    `vectors: ${embedder}; on disk: ${(bytes / 1_000_000).toFixed(1)} MB`,
    ...(state.state === "complete" && state.stale === 0
      ? []
      : ["it goes on by itself; plumbline index waits until all is in"]),
  ].join("\n");
}
