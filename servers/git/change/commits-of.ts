import { ToolError } from "../../../shared/errors.ts";
import { oneLine, plainName } from "../text/foreign.ts";
import type { HistoryScene } from "./scene.ts";

/** A commit, and what people call it. */
export interface NamedCommit {
  readonly hash: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly subject: string;
  /** As answers show it: a branch's short name, else what the caller wrote. */
  readonly shown: string;
  /** The whole name of the reference, when it is one. */
  readonly name?: string;
}

type CommitObject = Pick<NamedCommit, "hash" | "tree" | "parents" | "subject">;

const MAX_BYTES = 256 * 1024 * 1024;

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
    const name = found[index]?.name;
    const short = name?.replace(/^refs\/(?:heads|tags|remotes)\//u, "");
    const isNamed = short !== undefined && text.trim().endsWith(short);
    return {
      ...object,
      shown: plainName(isNamed ? short : text.trim()),
      ...(name === undefined ? {} : { name }),
    };
  });
}

/** Commits by what git is given, hashes with `~` and `^` at most; undefined for each that is none. */
export async function readCommits(
  { git, repository, signal }: Omit<HistoryScene, "refs">,
  specs: readonly string[],
): Promise<(CommitObject | undefined)[]> {
  if (specs.length === 0) return [];
  const stdin = specs.map((spec) => `${spec}^{commit}\n`).join("");
  const { stdout } = await git.run(repository, ["cat-file", "--batch"], {
    signal,
    stdin,
    maxBytes: MAX_BYTES,
  });
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
  const [subject = ""] = text
    .slice(end + 2)
    .trimStart()
    .split("\n", 1);
  return { hash, tree, parents, subject: oneLine(subject, 72) };
}
