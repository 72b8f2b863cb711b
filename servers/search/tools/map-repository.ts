import * as z from "zod";
import { paths, text } from "../../../shared/fields.ts";
import { MAX_BUDGET } from "../../../shared/limits.ts";
import { counted } from "../../../shared/listed.ts";
import { retriever } from "../answer/retriever.ts";
import { viewsOf, type Viewed } from "../answer/views-of.ts";
import { tool, type SearchContext } from "../deps.ts";
import {
  firstLine,
  readableIn,
  standingOf,
  upToDate,
  WAIT_FOR_GRAPH,
  type Standing,
} from "../graph/asking.ts";
import { drawMap } from "../graph/map/draw-map.ts";
import { rankFiles } from "../graph/map/rank-files.ts";
import { readQuery } from "../rank/read-query.ts";
import { shownPath } from "../shown-path.ts";

/** About 2,000 tokens. */
const STANDARD_BUDGET = 8_000;
/** Characters that the first line may take. */
const HEADER_ROOM = 400;
/** Files whose changes are looked for. */
const LOOKED = 60;

interface Answer extends Standing {
  readonly shown: number;
  readonly total: number;
  readonly text: string;
}

interface Asked {
  readonly budget: number;
  readonly focus?: readonly string[] | undefined;
  readonly query?: string | undefined;
}

export default tool({
  name: "map_repository",
  title: "Map repository",
  description: "The files that matter most, with signatures, within a budget; near focus or a question.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    budget: z
      .int()
      .min(200)
      .max(MAX_BUDGET)
      .default(STANDARD_BUDGET)
      .meta({ description: "Most characters.", minimum: undefined, maximum: undefined }),
    focus: paths("What you work on.").optional(),
    query: text().optional(),
    path: z.string().optional().meta({ description: "Only this folder." }),
  }),
  touches: ({ path, focus = [] }) => ({ paths: [...(path === undefined ? [] : [path]), ...focus] }),

  async run({ path, ...asked }, context): Promise<Answer> {
    const views = await viewsOf(
      { paths: path === undefined ? undefined : [path], waitMs: WAIT_FOR_GRAPH },
      context,
    );
    const room = Math.max(100, asked.budget - HEADER_ROOM) / views.length;
    const maps: { text: string; shown: number; total: number }[] = [];
    for (const viewed of views) maps.push(await mapOf(viewed, { ...asked, budget: room }, context));
    return {
      ...standingOf(views.map(({ view }) => view)),
      text: maps
        .map((each) => each.text)
        .filter((each) => each !== "")
        .join("\n"),
      shown: maps.reduce((sum, each) => sum + each.shown, 0),
      total: maps.reduce((sum, each) => sum + each.total, 0),
    };
  },

  render: ({ shown, total, text: drawn, ...standing }) => {
    const what =
      shown === total
        ? `${counted(total, "file")}, most important first`
        : `the ${shown} most important of ${counted(total, "file")}; a larger budget, path or focus shows others`;
    return `${firstLine([what], standing)}${drawn === "" ? "" : `\n${drawn}`}`;
  },
});

async function mapOf(
  { view, within }: Viewed,
  { budget, focus = [], query }: Asked,
  context: SearchContext,
): Promise<{ text: string; shown: number; total: number }> {
  const mayRead = readableIn(view, context);
  const under = within?.under;
  const isMeant = (path: string): boolean =>
    under === undefined || under.some((each) => path.startsWith(each));
  const located = focus
    .map((path) => context.workspace.locate(path))
    .filter(({ root }) => root === view.root)
    .map(({ parts }) => parts.join("/"));
  const find =
    query === undefined || query.trim() === ""
      ? undefined
      : await retriever([{ view, within }], readQuery(query), context.signal);
  return await upToDate(
    view,
    (lookups) => {
      const folders = located.map((path) => (lookups.file(path) === undefined ? `${path}/` : path));
      const interest = { focus: folders.map((each) => (each === "/" ? "" : each)), find };
      const all = rankFiles(lookups.reader, interest).filter(
        ({ file }) => isMeant(file.path) && mayRead(file.path),
      );
      const drawing = drawMap(all, { room: budget, show: (path) => shownPath(view.root, path) }, lookups);
      const paths = all.slice(0, Math.min(LOOKED, drawing.shown)).map(({ file }) => file.path);
      return { ...drawing, total: all.length, paths };
    },
    (answer) => answer.paths,
  );
}
