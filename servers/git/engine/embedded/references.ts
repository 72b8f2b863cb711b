import { join } from "node:path";
import type { GitFiles } from "../../../../shared/git/git-files.ts";
import { isName } from "../../../../shared/git/refs.ts";
import { settingOf, type Repository } from "../../../../shared/git/repository.ts";
import { compareBytes } from "../git/parse-status.ts";

const MAX_PACKED = 256 * 1024 * 1024;
const MAX_LOOSE = 4_096;
const MAX_LINKS = 5;
const HASH = /^[0-9a-f]{40}$/u;

/** Every reference that leads to a hash, whole names, sorted as git does. */
export async function allReferences(
  files: GitFiles,
  { commonDir }: Repository,
): Promise<ReadonlyMap<string, string>> {
  const packed = (await files.text(join(commonDir, "packed-refs"), MAX_PACKED)) ?? "";
  const texts = new Map<string, string>();
  for (const [, hash = "", name = ""] of packed.matchAll(/^([0-9a-f]{40}) (refs\/\S+)$/gmu))
    texts.set(name, hash);
  await readLoose(files, { folder: join(commonDir, "refs"), prefix: "refs/" }, texts);
  const found = [...texts.keys()].flatMap((name) => {
    const hash = hashOf(texts, name);
    return hash === undefined || !isName(name) ? [] : [[name, hash] as const];
  });
  return new Map(found.toSorted(([a], [b]) => compareBytes(a, b)));
}

async function readLoose(
  files: GitFiles,
  { folder, prefix }: { readonly folder: string; readonly prefix: string },
  texts: Map<string, string>,
): Promise<void> {
  for (const { name, kind } of (await files.entries(folder)) ?? []) {
    const path = join(folder, name);
    if (kind === "directory") await readLoose(files, { folder: path, prefix: `${prefix}${name}/` }, texts);
    else if (!name.endsWith(".lock"))
      texts.set(prefix + name, ((await files.text(path, MAX_LOOSE)) ?? "").trim());
  }
}

function hashOf(texts: ReadonlyMap<string, string>, name: string): string | undefined {
  let text = texts.get(name);
  for (let left = MAX_LINKS; left > 0 && text?.startsWith("ref: ") === true; left--)
    text = texts.get(text.slice(5).trim());
  return text !== undefined && HASH.test(text) ? text : undefined;
}

/** The whole name of what a branch follows, whether or not it is there. */
export function upstreamOf(repository: Repository, branch: string): string | undefined {
  const remote = settingOf(repository, `branch.${branch}.remote`);
  const merge = repository.settings.find(({ key }) => key === `branch.${branch}.merge`)?.value;
  if (remote === undefined || merge === undefined) return undefined;
  if (remote === ".") return merge;
  for (const { key, value } of repository.settings) {
    if (key !== `remote.${remote}.fetch`) continue;
    const [, source = "", target = ""] = /^\+?([^:^]+):(.+)$/u.exec(value) ?? [];
    const mapped = mapName(merge, source, target);
    if (mapped !== undefined) return mapped;
  }
  return undefined;
}

function mapName(name: string, source: string, target: string): string | undefined {
  if (!source.includes("*")) return name === source && target !== "" ? target : undefined;
  const [before = "", after = ""] = source.split("*");
  const fits = name.startsWith(before) && name.endsWith(after) && name.length >= before.length + after.length;
  return fits ? target.replace("*", () => name.slice(before.length, name.length - after.length)) : undefined;
}

const RULES = ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"];

/** The shortest name that means only this reference. */
export function shortName(references: ReadonlyMap<string, string>, name: string): string {
  for (const rule of RULES.toReversed()) {
    if (!name.startsWith(rule)) continue;
    const short = name.slice(rule.length);
    const others = RULES.filter((other) => other !== rule).map((other) => other + short);
    if (![...others, `refs/remotes/${short}/HEAD`].some((other) => references.has(other))) return short;
  }
  return name;
}
