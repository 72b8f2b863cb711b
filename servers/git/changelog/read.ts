import type { Revision } from "../../../shared/git/refs.ts";
import type { GitContext } from "../deps.ts";
import type { CommitFacts } from "../engine/shapes.ts";
import type { Opened } from "../open.ts";

/** The commits of one release, or those that no tag of the range holds. */
export interface Release {
  /** Short names of the tags; undefined for what is not released. */
  readonly tags?: readonly string[];
  /** The commit that the tags point to. */
  readonly at?: CommitFacts;
  /** Newest first, without merges. */
  readonly commits: readonly CommitFacts[];
}

export interface Changelog {
  /** As a person would write it, such as `v1..main`. */
  readonly range: string;
  /** How the beginning was found, when the caller named none. */
  readonly since?: "newest tag" | "first commit";
  readonly releases: readonly Release[];
  readonly total: number;
  readonly merges: number;
  /** True when the range holds more commits than are looked at. */
  readonly cut: boolean;
  readonly paths: readonly string[];
  /** True when it was answered without the git program. */
  readonly embedded: boolean;
}

interface Asked {
  readonly from?: string | undefined;
  readonly to: string;
  readonly by: "type" | "folder";
}

const MAX_COMMITS = 5_000;

/** What happened between two revisions. Throws as `Refs.resolve`. */
export async function changelogOf(opened: Opened, asked: Asked, context: GitContext): Promise<Changelog> {
  const { repository, refs, paths } = opened;
  const { engines, signal } = context;
  const to = await refs.resolve(asked.to);
  const from = await beginning(opened, { from: asked.from, to }, context);
  const engine = await engines.pick();
  const all = await engine.log(
    repository,
    {
      revisions: [...(from.spec === undefined ? [] : [`^${from.spec}`]), to.spec],
      // a log of certain paths leaves out what connects the commits
      paths: [],
      files: asked.by === "folder" || paths.length > 0,
      follow: false,
      skip: 0,
      limit: MAX_COMMITS + 1,
    },
    signal,
  );
  const looked = all.slice(0, MAX_COMMITS);
  const wanted = looked.filter((commit) => commit.parents.length < 2 && touches(commit, paths));
  const releases = releasesOf(looked, new Set(wanted.map(({ hash }) => hash)));
  return {
    range: from.name === undefined ? asked.to : `${from.name}..${asked.to}`,
    ...(from.since === undefined ? {} : { since: from.since }),
    releases,
    total: wanted.length,
    merges: looked.filter(({ parents }) => parents.length > 1).length,
    cut: all.length > MAX_COMMITS,
    paths,
    embedded: engine.name === "embedded",
  };
}

interface Beginning {
  readonly spec?: string;
  readonly name?: string;
  readonly since?: NonNullable<Changelog["since"]>;
}

async function beginning(
  opened: Opened,
  { from, to }: { readonly from: string | undefined; readonly to: Revision },
  context: GitContext,
): Promise<Beginning> {
  if (from !== undefined) return { spec: (await opened.refs.resolve(from)).spec, name: from };
  const tag = await newestTag(opened, to, context);
  if (tag === undefined) return { since: "first commit" };
  return { spec: tag.hash, name: tag.name, since: "newest tag" };
}

/** The newest tag before a commit, one on the commit itself left out. */
async function newestTag(
  { repository }: Opened,
  to: Revision,
  { git, signal }: GitContext,
): Promise<{ name: string; hash: string } | undefined> {
  const fields = ["refname", "objectname", "*objectname"].map((name) => `%(${name})%00`).join("");
  const format = ["--sort=-creatordate", `--format=${fields}`];
  const [text, hash] = await Promise.all([
    git.text(repository, ["for-each-ref", `--merged=${to.spec}`, ...format, "refs/tags/"], { signal }),
    to.hash ?? git.text(repository, ["rev-parse", "--verify", "--end-of-options", to.spec], { signal }),
  ]);
  const tags = text.split("\n").map((record) => {
    const [name = "", own = "", pointed = ""] = record.split("\0");
    return { name: name.replace(/^refs\/tags\//u, ""), own, hash: pointed === "" ? own : pointed };
  });
  const named = hash.trim();
  const commit = tags.find(({ own }) => own === named)?.hash ?? named;
  return tags.find((tag) => tag.name !== "" && tag.hash !== commit);
}

function touches({ files = [] }: CommitFacts, paths: readonly string[]): boolean {
  if (paths.length === 0) return true;
  return paths.some(
    (path) => path === "" || files.some((file) => file === path || file.startsWith(`${path}/`)),
  );
}

/** A commit belongs to the oldest tag that holds it. */
function releasesOf(all: readonly CommitFacts[], wanted: ReadonlySet<string>): Release[] {
  const byHash = new Map(all.map((commit) => [commit.hash, commit]));
  const owner = new Map<string, string>();
  const tagged = all.filter((commit) => tagsOf(commit).length > 0);
  for (const tag of tagged.toReversed()) claim(tag, { byHash, owner });
  const commitsOf = (tag: string | undefined): CommitFacts[] =>
    all.filter(({ hash }) => wanted.has(hash) && owner.get(hash) === tag);
  const released = tagged.map((at) => ({ tags: tagsOf(at), at, commits: commitsOf(at.hash) }));
  return [{ commits: commitsOf(undefined) }, ...released].filter(({ commits }) => commits.length > 0);
}

interface Claims {
  readonly byHash: ReadonlyMap<string, CommitFacts>;
  /** The tagged commit of each commit that has one. */
  readonly owner: Map<string, string>;
}

/** All that leads to it and belongs to nobody yet. */
function claim(tag: CommitFacts, { byHash, owner }: Claims): void {
  const open = [tag.hash];
  for (let hash = open.pop(); hash !== undefined; hash = open.pop()) {
    const commit = byHash.get(hash);
    if (commit === undefined || owner.has(hash)) continue;
    owner.set(hash, tag.hash);
    open.push(...commit.parents);
  }
}

function tagsOf({ refs = [] }: CommitFacts): string[] {
  return refs.filter((name) => name.startsWith("refs/tags/")).map((name) => name.slice(10));
}
