import { ToolError } from "../../../../shared/errors.ts";
import { nearest } from "../../../../shared/nearest.ts";
import { shownPath } from "../../text/foreign.ts";
import { objectOf, treeHashOf } from "./revision.ts";
import type { EmbeddedRunIn } from "./run.ts";
import { factsOf } from "../git/object.ts";
import type { AtRevision, ObjectFacts } from "../shapes.ts";
import { DIRECTORY, SUBMODULE, type TreeEntry } from "./stored.ts";

/** What is at a path of a revision, `""` for all of it. Throws `not_found` with a near name. */
export async function at(asked: EmbeddedRunIn, spec: string, path: string): Promise<AtRevision> {
  const { objects } = asked;
  const tree = await treeHashOf(objects, spec);
  const entry = await objects.entryAt(tree, path);
  if (entry === undefined) throw await missing(asked, tree, path);
  if (entry.mode === SUBMODULE) return { kind: "submodule", hash: entry.hash };
  if (entry.mode === DIRECTORY) return { kind: "directory", names: namesIn(await objects.tree(entry.hash)) };
  const { hash, bytes } = await objects.read(entry.hash);
  return { kind: "file", mode: entry.mode.toString(8), hash, bytes };
}

/** What a hash is. Throws `not_found`. */
export async function object({ objects }: EmbeddedRunIn, spec: string): Promise<ObjectFacts> {
  return factsOf(await objectOf(objects, spec));
}

function namesIn(entries: readonly TreeEntry[]): string[] {
  return entries.map(({ mode, name }) => (mode === DIRECTORY ? `${name}/` : name));
}

async function missing(
  { objects, repository }: EmbeddedRunIn,
  tree: string,
  path: string,
): Promise<ToolError> {
  const slash = path.lastIndexOf("/");
  const parent = await objects.entryAt(tree, path.slice(0, Math.max(0, slash)));
  const around = parent?.mode === DIRECTORY ? await objects.tree(parent.hash) : [];
  const near = nearest(
    path.slice(slash + 1),
    around.map(({ name }) => name),
  );
  return new ToolError("not_found", `${shownPath(repository, path)} is not in this revision`, {
    hint:
      near === undefined
        ? "git_show with a directory as path lists its names."
        : `Did you mean ${shownPath(repository, path.slice(0, slash + 1) + near)}?`,
  });
}
