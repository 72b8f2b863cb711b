import { ToolError } from "../../../shared/errors.ts";
import { plainName } from "../text/foreign.ts";
import { Recall } from "./recall.ts";
import type { HistoryScene } from "./scene.ts";

/** A commit, and what people call it. */
export interface NamedHash {
  readonly hash: string;
  /** As answers show it: a branch's short name, else what the caller wrote. */
  readonly shown: string;
  /** The whole name of the reference, when it is one. */
  readonly name?: string;
}

/** The same, with what it holds. */
export interface NamedCommit extends NamedHash {
  readonly tree: string;
  readonly parents: readonly string[];
}

type CommitObject = Pick<NamedCommit, "hash" | "tree" | "parents">;

const MAX_BYTES = 256 * 1024 * 1024;
const MOST_KEPT = 500;
const KEPT = new Recall<(CommitObject | undefined)[]>(
  (all) => all.length <= MOST_KEPT && !all.includes(undefined),
);
/** Not the beginning of a hash, which can come to mean another. */
const WHOLE = /^[0-9a-f]{40}/u;

/** The commits that texts of a caller mean, in their order. Throws as `Refs.resolve`, and for what is no commit. */
export async function commitsOf(scene: HistoryScene, texts: readonly string[]): Promise<NamedCommit[]> {
  const found = await Promise.all(texts.map((text) => scene.refs.resolve(text)));
  const objects = await readCommits(
    scene,
    found.map(({ spec }) => spec),
  );
  return texts.map((text, index) => {
    const object = objects[index];
    if (object === undefined)
      throw new ToolError("not_found", `${plainName(text)} is no commit of this repository`, {
        hint: "git_log shows commits, git_branches branches and tags.",
      });
    return { ...object, ...namesOf(text, found[index]?.name) };
  });
}

/** As `commitsOf`; what a branch points to is known without asking git. */
export async function hashesOf(scene: HistoryScene, texts: readonly string[]): Promise<NamedHash[]> {
  const found = await Promise.all(texts.map((text) => scene.refs.resolve(text)));
  const known = found.flatMap(({ hash, name }, index) =>
    hash !== undefined && name !== undefined && /^(?:HEAD$|refs\/(?:heads|remotes)\/)/u.test(name)
      ? [{ hash, ...namesOf(texts[index] ?? "", name) }]
      : [],
  );
  return known.length === texts.length ? known : await commitsOf(scene, texts);
}

function namesOf(text: string, name: string | undefined): Omit<NamedHash, "hash"> {
  const short = name?.replace(/^refs\/(?:heads|tags|remotes)\//u, "");
  const isNamed = short !== undefined && text.trim().endsWith(short);
  return { shown: plainName(isNamed ? short : text.trim()), ...(name === undefined ? {} : { name }) };
}

/** Commits by what git is given, hashes with `~` and `^` at most; undefined for each that is none. */
export async function readCommits(
  { git, repository, signal }: Omit<HistoryScene, "refs">,
  specs: readonly string[],
): Promise<(CommitObject | undefined)[]> {
  if (specs.length === 0) return [];
  const stdin = specs.map((spec) => `${spec}^{commit}\n`).join("");
  const ask = async (): Promise<(CommitObject | undefined)[]> => {
    const options = { signal, stdin, maxBytes: MAX_BYTES };
    return parseCommits((await git.run(repository, ["cat-file", "--batch"], options)).stdout);
  };
  return specs.every((spec) => WHOLE.test(spec))
    ? await KEPT.get({ git, repository }, specs, ask)
    : await ask();
}

function parseCommits(stdout: Buffer): (CommitObject | undefined)[] {
  const objects: (CommitObject | undefined)[] = [];
  let at = 0;
  while (at < stdout.length) {
    const end = stdout.indexOf(0x0a, at);
    const [, hash = "", size = ""] =
      /^([0-9a-f]+) commit (\d+)$/u.exec(stdout.toString("latin1", at, end)) ?? [];
    at = end + 1;
    if (hash === "") objects.push(undefined);
    else {
      objects.push(parseCommit(hash, stdout.toString("utf8", at, at + Number(size))));
      at += Number(size) + 1;
    }
  }
  return objects;
}

function parseCommit(hash: string, text: string): CommitObject {
  const end = text.indexOf("\n\n");
  const head = text.slice(0, end);
  const [, tree = ""] = /^tree ([0-9a-f]+)$/mu.exec(head) ?? [];
  const parents = [...head.matchAll(/^parent ([0-9a-f]+)$/gmu)].map(([, parent = ""]) => parent);
  return { hash, tree, parents };
}
