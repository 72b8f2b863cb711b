import * as z from "zod";
import { flag, limit, text } from "../../../shared/fields.ts";
import { cursorField } from "../../../shared/limits.ts";
import { counted } from "../../../shared/listed.ts";
import type { SearchContext } from "../deps.ts";
import { tool } from "../deps.ts";
import { findUses } from "../dependencies/find-uses.ts";
import type { Dependency } from "../dependencies/list-dependencies.ts";
import { dependencyLines, type Told } from "../dependencies/text.ts";
import { readableIn } from "../graph/asking.ts";
import { pageOf, shownOf, type Page } from "../page.ts";

/** A first build of the index is waited for this long, so that uses are not missed; milliseconds. */
const WAIT_MS = 30_000;

interface Answer {
  readonly page: Page<Told>;
  readonly manifests: number;
  readonly problems: readonly string[];
}

export default tool({
  name: "list_dependencies",
  title: "List dependencies",
  description:
    "Packages that manifests ask for: range, locked version, and by used the files that import them.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    path: text("Manifest or folder.").default("."),
    name: text("Part of a name.").optional(),
    used: flag("Where each is imported."),
    limit: limit(200, 5_000),
    cursor: cursorField,
  }),
  touches: ({ path }) => ({ paths: [path] }),

  async run(input, context): Promise<Answer> {
    // parsers of TOML and XML, which no start should wait for
    const { listDependencies } = await import("../dependencies/list-dependencies.ts");
    const { dependencies, manifests, problems } = await listDependencies(input.path, context);
    const part = input.name?.toLowerCase() ?? "";
    const wanted = dependencies.filter(({ name }) => name.toLowerCase().includes(part));
    const page = pageOf(wanted, input.limit, input.cursor);
    if (!input.used)
      return {
        page: { ...page, items: page.items.map((dependency) => ({ dependency })) },
        manifests,
        problems,
      };
    const { told, notes } = await withUses(page.items, input.path, context);
    return { page: { ...page, items: told }, manifests, problems: [...problems, ...notes] };
  },

  render: ({ page, manifests, problems }) => {
    const facts = [
      `${page.cursor === undefined ? "" : "partial: "}${shownOf(page, "dependency").replace(/dependencys/u, "dependencies")} in ${counted(manifests, "manifest")}`,
      ...problems,
      ...(page.cursor === undefined ? [] : [`more with cursor ${page.cursor}`]),
    ];
    return [`[${facts.join("; ")}]`, ...dependencyLines(page.items)].join("\n");
  },
});

async function withUses(
  dependencies: readonly Dependency[],
  path: string,
  context: SearchContext,
): Promise<{ told: Told[]; notes: string[] }> {
  const view = await context.indexes.view(path, { ...context, waitMs: WAIT_MS });
  const mayRead = readableIn(view, context);
  const told = dependencies.map((dependency) => ({
    dependency,
    uses: findUses(view.reader, dependency).filter(mayRead),
  }));
  const { state, indexed } = view.state();
  const notes =
    state === "building" ? [`imports of ${counted(indexed, "file")} only: the index is being built`] : [];
  return { told, notes };
}
