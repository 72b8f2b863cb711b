import { lstatSync, mkdirSync, realpathSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isErrno, ToolError } from "../../../shared/errors.ts";
import { opened, type OpenedWorkspace } from "../../support/workspace.ts";

const NAMES = ["a", "b", "c", "f"];
const DIRECTORIES = ["a", "b", "a/b", "a/b/c", "b/a"];

/** The kernel's opinion: where the path leads, or why nowhere. */
function kernel(root: string, path: string): string {
  try {
    const real = realpathSync.native(join(root, path));
    return real === root || real.startsWith(`${root}/`) ? `at ${real.slice(root.length + 1)}` : "outside";
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return "nothing";
    if (isErrno(error, "ELOOP")) return "ring";
    throw error;
  }
}

/** Links apart, since from Node 24 on `rm` throws ELOOP at one that leads in a ring. */
function remove(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) unlinkSync(path);
  else rmSync(path, { recursive: true, force: true });
}

const WORDS: Readonly<Record<string, string>> = {
  denied: "outside",
  not_found: "nothing",
  invalid_input: "ring",
};

async function ours({ workspace }: OpenedWorkspace, path: string): Promise<string> {
  const access = { signal: new AbortController().signal, permit: () => {} };
  try {
    const { place } = await workspace.stat(workspace.locate(path), access, { follow: true });
    return `at ${place.relative}`;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return WORDS[error.code] ?? error.code;
  }
}

describe.each(["handles", "compare"] as const)("links contained by %s", (containment) => {
  test("lead where the kernel says, or are refused", { timeout: 120_000 }, async () => {
    await using ground = await opened({}, containment);
    const { root, outside } = ground;
    const piece = fc.constantFrom(...NAMES, ...NAMES, "..", ".", "");
    const relative = fc
      .array(piece, { minLength: 1, maxLength: 5 })
      // "file/." is the file for us, and nothing for the kernel
      .map((pieces) => pieces.join("/").replace(/(\/\.?)+$/u, ""));
    const target = fc.oneof(
      { weight: 6, arbitrary: relative.filter((text) => text !== "" && !text.startsWith("/")) },
      { weight: 2, arbitrary: relative.map((text) => `${root}/${text}`) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(outside, `${root}-evil`, `${root}/../root/a`, "../root/a", "/"),
      },
    );
    const place = fc
      .tuple(fc.constantFrom("", ...DIRECTORIES), fc.constantFrom(...NAMES))
      .map((parts) => parts.join("/"));
    const links = fc.array(fc.tuple(place, target), { maxLength: 8 });
    const paths = fc.array(fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 5 }), {
      minLength: 10,
      maxLength: 10,
    });
    await fc.assert(
      fc.asyncProperty(links, paths, async (planted, tried) => {
        for (const name of NAMES) remove(join(root, name));
        for (const directory of DIRECTORIES) mkdirSync(join(root, directory), { recursive: true });
        writeFileSync(join(root, "f"), "");
        for (const [at, text] of planted) {
          try {
            remove(join(root, at));
            symlinkSync(text, join(root, at));
          } catch (error) {
            // an earlier link may have taken the directory's place
            if (!isErrno(error, "ENOENT", "ENOTDIR", "EEXIST", "ELOOP", "EACCES")) throw error;
          }
        }
        const wrong: string[][] = [];
        for (const path of tried.map((parts) => parts.join("/"))) {
          const [theirs, found] = [kernel(root, path), await ours(ground, path)];
          // a link that leaves the root is refused, even if it would come back
          if (found !== theirs && found !== "outside") wrong.push([path, found, theirs]);
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});
