import { expect, test } from "vitest";
import { showResults, type RankedIn } from "../../../servers/search/answer/show-results.ts";
import { readQuery } from "../../../servers/search/rank/read-query.ts";
import { retrieve } from "../../../servers/search/rank/retrieve.ts";
import { ToolError } from "../../../shared/errors.ts";
import { opened } from "../../support/workspace.ts";
import { memoryIndex } from "../rank/memory-index.ts";

const signal = new AbortController().signal;
const OPEN = "function open() {\n  return zebra;\n}";

/** Units of these paths, ranked in their order; what is on the disk may be something else. */
async function shown(paths: readonly string[], files: Readonly<Record<string, string>>) {
  await using ground = await opened(files);
  const { workspace } = ground;
  const [root] = workspace.roots;
  if (root === undefined) throw new Error("no root");
  const index = memoryIndex(
    paths.map((path) => ({ path, units: [{ leaves: [{ text: OPEN, name: "open" }] }] })),
  );
  const { ranked } = retrieve([{ reader: index }], { query: readQuery("zebra") });
  const inOrder = paths.flatMap((path): RankedIn[] => {
    const one = ranked.find(({ scored }) => scored.candidate.path === path);
    return one === undefined ? [] : [{ ...one, root }];
  });
  const access = {
    signal,
    permit({ relative }: { readonly relative: string }) {
      if (relative.startsWith("secret")) throw new ToolError("denied", "it may hold secrets");
    },
  };
  return await showResults(inOrder, { limit: 2, room: 5_000 }, { workspace, access });
}

test("what may not be read and what is gone is counted, and the next results take their place", async () => {
  const { results, ...counts } = await shown(["secret.ts", "gone.ts", "a.ts", "b.ts", "c.ts"], {
    "secret.ts": OPEN,
    "a.ts": OPEN,
    "b.ts": `\n\n\n${OPEN}`,
    "c.ts": OPEN,
  });
  expect(results.map(({ path, startLine, endLine, text }) => ({ path, startLine, endLine, text }))).toEqual([
    { path: "a.ts", startLine: 1, endLine: 3, text: OPEN },
    { path: "b.ts", startLine: 4, endLine: 6, text: OPEN },
  ]);
  expect(counts).toEqual({ taken: 4, withheld: 1, gone: 1 });
});

test("a file that holds something else by now is no result", async () => {
  const { results, gone } = await shown(["a.ts"], { "a.ts": "nothing of it\n" });
  expect({ results, gone }).toEqual({ results: [], gone: 1 });
});
