import { ToolError } from "../../../../shared/errors.ts";
import type { Objects } from "./objects.ts";
import { needsGit } from "./needs-git.ts";
import type { StoredObject } from "./stored.ts";

const SPEC = /^([0-9a-f]{4,40})((?:[~^]\d*|\^\{[a-z]*\})*)$/u;

/** What `Refs` made of a caller's revision: a hash or its beginning, with `~2`, `^` or `^{commit}` behind it. */
export async function objectOf(objects: Objects, spec: string): Promise<StoredObject> {
  const [, base = "", rest = ""] = SPEC.exec(spec) ?? [];
  if (base === "") throw needsGit("such a revision");
  let object = await objects.find(base.length === 40 ? base : await objects.expand(base));
  for (const [step] of rest.matchAll(/[~^]\d+|\^\{[a-z]*\}|[~^]/gu))
    object = object && (await follow(objects, object, step));
  if (object !== undefined) return object;
  throw new ToolError("not_found", "git knows no such revision", { hint: "git_log shows hashes." });
}

/** The hash of the commit that is meant. */
export async function commitHashOf(objects: Objects, spec: string): Promise<string> {
  const object = await objects.peeled((await objectOf(objects, spec)).hash);
  if (object?.kind === "commit") return object.hash;
  throw new ToolError("not_found", "git knows no such commit", { hint: "git_log shows hashes." });
}

/** The tree of a commit, or the one that is meant itself. */
export async function treeHashOf(objects: Objects, spec: string): Promise<string> {
  const object = await objects.peeled((await objectOf(objects, spec)).hash);
  if (object?.kind === "commit") return (await objects.commit(object.hash)).tree;
  if (object?.kind === "tree") return object.hash;
  throw new ToolError("not_found", "git knows no such tree", { hint: "git_log shows hashes." });
}

async function follow(
  objects: Objects,
  object: StoredObject,
  step: string,
): Promise<StoredObject | undefined> {
  if (step.startsWith("^{")) return await ofKind(objects, object, step.slice(2, -1));
  const commit = await objects.peeled(object.hash);
  if (commit?.kind !== "commit") return undefined;
  const count = step.length === 1 ? 1 : Number(step.slice(1));
  const parentOf = async (hash: string, which: number): Promise<string | undefined> =>
    (await objects.commit(hash)).parents[which];
  let hash: string | undefined = commit.hash;
  if (step.startsWith("^")) hash = count === 0 ? hash : await parentOf(hash, count - 1);
  else for (let left = count; left > 0 && hash !== undefined; left--) hash = await parentOf(hash, 0);
  return hash === undefined ? undefined : await objects.find(hash);
}

/** `kind` is empty for whatever tags lead to. */
async function ofKind(
  objects: Objects,
  object: StoredObject,
  kind: string,
): Promise<StoredObject | undefined> {
  if (kind === "object" || kind === object.kind) return object;
  const peeled = await objects.peeled(object.hash);
  if (kind === "tree" && peeled?.kind === "commit")
    return await objects.find((await objects.commit(peeled.hash)).tree);
  return kind === "" || kind === peeled?.kind ? peeled : undefined;
}
