import { join } from "node:path";
import { type Change, type Commit, FastImport, type Mark, type Path } from "./fast-import.ts";
import { repository, type Repository, type RepositoryOptions } from "./repository.ts";
import type { Ground } from "./workspace.ts";

/** Whose names are not ASCII, each in a time zone of their own. */
export const AUTHORS = [
  { author: "Zoë Müller <zoe@example.com>", zone: "+0100" },
  { author: "田中 太郎 <tanaka@example.com>", zone: "+0900" },
  { author: "Иван Петров <ivan@example.com>", zone: "-0330" },
] as const;

const START = 1_500_000_000;
const HOUR = 3600;

function signedBy(turn: number): Pick<Commit, "author" | "date"> {
  const { author, zone } = AUTHORS[turn % AUTHORS.length] ?? AUTHORS[0];
  return { author, date: `${START + turn * HOUR} ${zone}` };
}

/** A number below `sides`, the same ones in each run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

function pick<T>(list: readonly T[], roll: (sides: number) => number): T {
  const found = list[roll(list.length)];
  if (found === undefined) throw new Error("nothing to pick from");
  return found;
}

// ------------------------------------------------------------------------------------------------ large

export interface LargeHistory {
  /** Of every commit, in the order they were made. */
  readonly commits: readonly string[];
  readonly tip: string;
  /** Text by path at the tip. */
  readonly files: ReadonlyMap<string, string>;
  readonly tags: readonly { readonly name: string; readonly commit: string; readonly annotated: boolean }[];
  /** `branch` still stands at the second parent; it has `length` commits of its own. */
  readonly merges: readonly { readonly commit: string; readonly branch: string; readonly length: number }[];
  readonly renames: readonly {
    readonly commit: string;
    readonly from: string;
    readonly to: string;
    readonly changed: boolean;
  }[];
  readonly deletions: readonly { readonly commit: string; readonly path: string }[];
  /** How many commits have each conventional type; free-form messages and merges are `other`. */
  readonly types: Readonly<Record<string, number>>;
  /** Commits with `!` or a BREAKING CHANGE footer. */
  readonly breaking: readonly string[];
}

const TYPES = ["feat", "fix", "docs", "refactor", "perf", "test", "chore"];
const SCOPES = ["core", "api", "größe", "cli", "docs", "parser", "ui kit", "net"];
const SUBJECTS = [
  "handle empty input",
  "add Ümläut support",
  "speed up the index",
  "支持中文路径",
  "drop `old` flag",
];
const FREE = ["Quick tweak", "WIP", "Aufgeräumt: Größe & Maße", "feat without colon", "Revert something old"];
const EVERY = { merge: 50, tag: 500 };

interface Message {
  readonly text: string;
  readonly type: string;
  readonly breaking: boolean;
}

function messageOn(scope: string, roll: (sides: number) => number): Message {
  if (roll(10) === 0) return { text: `${pick(FREE, roll)}\n`, type: "other", breaking: false };
  const type = pick(TYPES, roll);
  const bang = roll(40) === 0;
  const footer = roll(40) === 0;
  const title = `${type}${roll(4) === 0 ? "" : `(${scope})`}${bang ? "!" : ""}: ${pick(SUBJECTS, roll)}`;
  const body = roll(3) === 0 ? "\n\nWhy it was needed:\n- one reason\n- another" : "";
  const footers = footer ? "\n\nBREAKING CHANGE: the old form is gone\nRefs: #12" : "";
  return { text: `${title}${body}${footers}\n`, type, breaking: bang || footer };
}

/** The files of a branch that grows, and what each step changes in them. */
class Growing {
  readonly files = new Map<string, string>();
  /** What a side branch works on; nothing else touches it until the merge. */
  readonly claimed = new Map<string, { text: string; mark: Mark }>();
  readonly #paths: string[] = [];
  readonly #roll: (sides: number) => number;
  #made = 0;

  constructor(roll: (sides: number) => number) {
    this.#roll = roll;
  }

  get size(): number {
    return this.#paths.length;
  }

  add(): Change {
    const path = this.#freshPath();
    const text = Array.from({ length: 12 + this.#roll(30) }, (_, line) => this.#line(path, line)).join("");
    this.#paths.push(path);
    return this.#put(path, text);
  }

  edit(): Change {
    const { path, text } = this.#free();
    return this.#put(path, this.#edited(path, text));
  }

  remove(): { change: Change; path: string } {
    const { path } = this.#take();
    return { change: { kind: "delete", path }, path };
  }

  rename(changed: boolean): { changes: Change[]; from: string; to: string } {
    const { path: from, text } = this.#take();
    const to = this.#freshPath();
    this.#paths.push(to);
    this.files.set(to, text);
    const moved: Change = { kind: "rename", from, to };
    return { changes: changed ? [moved, this.#put(to, this.#edited(to, text))] : [moved], from, to };
  }

  /** An edit that only a side branch sees. */
  editAside(stream: FastImport): Change {
    const path = pick(this.#paths, this.#roll);
    const text = this.#edited(path, this.claimed.get(path)?.text ?? this.files.get(path) ?? "");
    const mark = stream.blob(text);
    this.claimed.set(path, { text, mark });
    return { kind: "put", path, content: mark };
  }

  merge(): Change[] {
    const changes = [...this.claimed].map(([path, { text, mark }]): Change => {
      this.files.set(path, text);
      return { kind: "put", path, content: mark };
    });
    this.claimed.clear();
    return changes;
  }

  #put(path: string, text: string): Change {
    this.files.set(path, text);
    return { kind: "put", path, content: text };
  }

  #edited(path: string, text: string): string {
    const lines = text.split(/(?<=\n)/u);
    const at = this.#roll(lines.length);
    return lines.with(at, this.#line(path, at)).join("");
  }

  #line(path: string, line: number): string {
    return `export const value${line} = ${this.#roll(1_000_000)}; // ${path.slice(-12)}\n`;
  }

  #freshPath(): string {
    this.#made += 1;
    const scope = SCOPES[this.#made % SCOPES.length];
    return `packages/${scope}/${this.#made % 7 === 0 ? "test" : "src"}/part ${this.#made % 11}/file-${this.#made}.ts`;
  }

  #free(): { path: string; text: string } {
    for (;;) {
      const path = pick(this.#paths, this.#roll);
      if (!this.claimed.has(path)) return { path, text: this.files.get(path) ?? "" };
    }
  }

  #take(): { path: string; text: string } {
    const taken = this.#free();
    this.files.delete(taken.path);
    const last = this.#paths.pop() ?? taken.path;
    if (last !== taken.path) this.#paths[this.#paths.indexOf(taken.path)] = last;
    return taken;
  }
}

/**
 * Many commits on `main` of a fresh repository: a merge each 50 of a branch with 1 to 5 commits, a tag each 500, by
 * turns annotated and light, renames with and without a change, deletions, conventional and other messages.
 */
export async function largeHistory(
  repo: Repository,
  { commits = 10_000, files = 2_000 }: { readonly commits?: number; readonly files?: number } = {},
): Promise<LargeHistory> {
  const roll = dice(7);
  const stream = new FastImport();
  const tree = new Growing(roll);
  const marks: Mark[] = [];
  const tags: { name: string; at: Mark; annotated: boolean }[] = [];
  const merges: { at: Mark; branch: string; length: number }[] = [];
  const renames: { at: Mark; from: string; to: string; changed: boolean }[] = [];
  const deletions: { at: Mark; path: string }[] = [];
  const types: Record<string, number> = {};
  const breaking: Mark[] = [];
  let main: Mark[] = [];
  let side: Mark[] = [];

  const commit = (
    branch: string,
    parents: readonly Mark[],
    changes: readonly Change[],
    merge?: string,
  ): Mark => {
    const message: Message =
      merge === undefined
        ? messageOn(pick(SCOPES, roll), roll)
        : { text: merge, type: "other", breaking: false };
    const at = stream.commit({
      branch,
      parents,
      changes,
      message: message.text,
      ...signedBy(marks.length),
    });
    marks.push(at);
    types[message.type] = (types[message.type] ?? 0) + 1;
    if (message.breaking) breaking.push(at);
    return at;
  };
  const work = (): Mark => {
    if (tree.size < files) {
      const added = Array.from({ length: Math.min(20, files - tree.size) }, () => tree.add());
      return commit("main", main, added);
    }
    const kind = roll(20);
    if (kind === 0) {
      const { change, path } = tree.remove();
      const at = commit("main", main, [change]);
      deletions.push({ at, path });
      return at;
    }
    if (kind <= 2) {
      const changed = kind === 2;
      const { changes, from, to } = tree.rename(changed);
      const at = commit("main", main, changes);
      renames.push({ at, from, to, changed });
      return at;
    }
    return commit(
      "main",
      main,
      Array.from({ length: 1 + roll(3) }, () => tree.edit()),
    );
  };

  for (let turn = 1; turn <= commits; turn += 1) {
    const block = Math.ceil(turn / EVERY.merge);
    const branch = `topic/${block}`;
    const length = 1 + (block % 5);
    const left = EVERY.merge * block - turn;
    if (left === 0) {
      const at = commit("main", [...main, ...side], tree.merge(), `Merge branch '${branch}'\n`);
      merges.push({ at, branch, length });
      main = [at];
      side = [];
    } else if (left < 2 * length && left % 2 === 1)
      side = [commit(branch, side.length === 0 ? main : side, [tree.editAside(stream)])];
    else main = [work()];
    if (turn % EVERY.tag === 0 && main[0] !== undefined) {
      const name = `v${Math.floor(turn / 2_500)}.${(turn / EVERY.tag) % 5}.0`;
      const annotated = tags.length % 2 === 0;
      const annotation = { message: `Release ${name}\n\nMit Grüßen.\n`, ...signedBy(turn) };
      stream.tag(name, main[0], annotated ? annotation : undefined);
      tags.push({ name, at: main[0], annotated });
    }
  }

  const hashes = await stream.into(repo);
  const hash = (mark: Mark | undefined): string => hashes.get(mark ?? 0) ?? "";
  const named = <T extends { readonly at: Mark }>({
    at,
    ...rest
  }: T): Omit<T, "at"> & { commit: string } => ({
    ...rest,
    commit: hash(at),
  });
  return {
    commits: marks.map(hash),
    tip: hash(main[0]),
    files: tree.files,
    tags: tags.map(named),
    merges: merges.map(named),
    renames: renames.map(named),
    deletions: deletions.map(named),
    types,
    breaking: breaking.map(hash),
  };
}

// ------------------------------------------------------------------------------------------------ paths

export interface PathHistory {
  /** In order: all files, an edit of every text, renames, modes and kinds, deletions, an edit that conflicts. */
  readonly commits: readonly string[];
  readonly tip: string;
  /** Everything in the tip's tree, as bytes, in git's order. */
  readonly paths: readonly Buffer[];
  /** Odd names that are valid UTF-8, of text files: `one\\n` in the first commit, `one\\ntwo\\n` since the second. */
  readonly odd: readonly string[];
  /** Names that no text can hold. */
  readonly invalid: readonly Buffer[];
  readonly renames: readonly { readonly from: string; readonly to: string; readonly changed: boolean }[];
  readonly deleted: readonly string[];
  /** `branch` conflicts with `main` in `path`. */
  readonly conflict: { readonly branch: string; readonly path: string };
}

/** Names that somebody may mistake for an option, a pathspec, a revision, a pattern or two names. */
const ODD = [
  "nfc/caf\u00e9.txt",
  "nfd/cafe\u0301.txt",
  "日本語/ファイル.txt",
  "שלום.txt",
  "emoji 🎉.txt",
  "with space/a file.txt",
  " leading",
  "trailing ",
  'double"quote".txt',
  "single'quote'.txt",
  "back\\slash.txt",
  "back`tick`.txt",
  "$HOME and $(id).txt",
  "tab\there.txt",
  "new\nline.txt",
  "carriage\rreturn.txt",
  "escape\u001b[31m.txt",
  "-leading.txt",
  "-",
  "--",
  "--output=stolen",
  "-p/--help",
  "star*.txt",
  "**/deep*",
  "question?.txt",
  "[ab].txt",
  "{a,b}.txt",
  "!not",
  "#hash",
  ":(top)x",
  ":(exclude)x",
  ":(glob)**",
  ":!x",
  ":^x",
  ":/x",
  "~",
  "a..b",
  "@",
  "@{-1}",
  "HEAD",
  "HEAD~1",
  "main",
  "main:x",
  "refs/heads/main",
  "a -> b",
  "{a => b}",
  "b/a b/a",
  "0".repeat(40),
  `long/${"n".repeat(255)}`,
  `${"deep folder/".repeat(90)}end.txt`,
] as const;

const INVALID = [
  Buffer.from("f\x80\xff.txt", "latin1"),
  Buffer.from("caf\xe9.txt", "latin1"),
  Buffer.concat([Buffer.from("folder "), Buffer.from([0xff, 0xfe]), Buffer.from("/in\xc3side", "latin1")]),
];

const ATTRIBUTES = `*.auto text=auto
*.crlf text eol=crlf
*.raw -text
*.utf16 text working-tree-encoding=UTF-16LE-BOM
*.nodiff -diff
`;

const BINARY = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7) % 256));

/** Paths and contents that break careless programs, on `main`, clean after the checkout. `side` conflicts. */
export async function pathHistory(repo: Repository): Promise<PathHistory> {
  const stream = new FastImport();
  const marks: Mark[] = [];
  const commit = (
    branch: string,
    changes: readonly Change[],
    parents: readonly Mark[] = marks.slice(-1),
  ): Mark => {
    const turn = marks.length + 1;
    return stream.commit({
      branch,
      parents,
      changes,
      message: `step ${turn} on ${branch}\n`,
      ...signedBy(turn),
    });
  };
  const put = (path: Path, content: string | Buffer, mode?: "100755" | "120000"): Change => ({
    kind: "put",
    path,
    content,
    ...(mode === undefined ? {} : { mode }),
  });
  const everywhere = (text: string): Change[] => [...ODD, ...INVALID].map((path) => put(path, text));
  const lines = (count: number, end = "\n"): string =>
    Array.from({ length: count }, (_, line) => `line ${line} of a text${end}`).join("");

  marks.push(
    commit("main", [
      put(".gitattributes", ATTRIBUTES),
      ...everywhere("one\n"),
      put("ends/lf.auto", lines(5)),
      put("ends/crlf-inside.auto", lines(5, "\r\n")),
      put("ends/checked-out.crlf", lines(5)),
      put("ends/kept.raw", lines(5, "\r\n")),
      put("ends/plain-crlf.txt", lines(5, "\r\n")),
      put("ends/mixed.txt", `${lines(2, "\r\n")}${lines(2)}${lines(1, "\r")}`),
      put("ends/none.txt", "no line end"),
      put("ends/wide.utf16", "grüße\nzwei\n"),
      put("binary/bytes.bin", BINARY),
      put("binary/marked.nodiff", lines(3)),
      put("binary/nul.txt", "text, then\0a NUL\n"),
      put("latin1.txt", Buffer.from("gr\xfc\xdfe\n", "latin1")),
      put("bom.txt", "\ufefffirst\n"),
      put("empty", ""),
      put("run.sh", "#!/bin/sh\necho run\n", "100755"),
      put("links/inside", "../run.sh", "120000"),
      put("links/folder", "../ends", "120000"),
      put("links/dangling", "missing", "120000"),
      put("links/outside", "../../outside/secret.txt", "120000"),
      put("big.txt", lines(240_000)),
      put("becomes/link", "a file at first\n"),
      put("becomes/file", "../run.sh", "120000"),
      put("gone/first.txt", lines(3)),
      put("gone/second ü.txt", lines(3)),
      put("moves/pure ä.txt", lines(20)),
      put("moves/changed.txt", lines(20, " \n")),
    ]),
  );
  marks.push(
    commit("main", [
      ...everywhere("one\ntwo\n"),
      put("ends/plain-crlf.txt", `${lines(5, "\r\n")}added\r\n`),
      put("ends/none.txt", "no line end, changed"),
      put("ends/wide.utf16", "grüße\ndrei\n"),
      put("binary/bytes.bin", Buffer.from([...BINARY].toReversed())),
      put("big.txt", `${lines(240_000)}the last\n`),
    ]),
  );
  const renames = [
    { from: "moves/pure ä.txt", to: "moved/pure → ä.txt", changed: false },
    { from: "moves/changed.txt", to: "moved/tab\tchanged.txt", changed: true },
  ];
  marks.push(
    commit("main", [
      ...renames.map(({ from, to }): Change => ({ kind: "rename", from, to })),
      put("moved/tab\tchanged.txt", `${lines(20, " \n")}one more\n`),
    ]),
  );
  marks.push(
    commit("main", [
      put("run.sh", "#!/bin/sh\necho run\n"),
      put("ends/none.txt", "no line end, changed", "100755"),
      put("becomes/link", "../run.sh", "120000"),
      put("becomes/file", "a link at first\n"),
    ]),
  );
  const deleted = ["gone/first.txt", "gone/second ü.txt"];
  marks.push(
    commit("main", [...deleted.map((path): Change => ({ kind: "delete", path })), put("empty2", "")]),
  );
  const conflict = { branch: "side", path: "conflict/new\nline ü.txt" };
  const base = marks.slice(-1);
  commit(conflict.branch, [put(conflict.path, "theirs\n")], base);
  marks.push(commit("main", [put(conflict.path, "ours\n")], base));

  const hashes = await stream.into(repo);
  const tree = (await repo.bytes(["ls-tree", "-r", "-z", "--name-only", "main"])).toString("latin1");
  const commits = marks.map((mark) => hashes.get(mark) ?? "");
  return {
    commits,
    tip: commits.at(-1) ?? "",
    paths: tree
      .split("\0")
      .slice(0, -1)
      .map((path) => Buffer.from(path, "latin1")),
    odd: ODD,
    invalid: INVALID,
    renames,
    deleted,
    conflict,
  };
}

// ------------------------------------------------------------------------------------------------ modules

export interface ModuleHistory {
  /** The superproject, in `super/` below the root. */
  readonly repo: Repository;
  /** A linked worktree of it on branch `linked`, in `linked/` below the root; no submodule is filled there. */
  readonly linked: Repository;
  readonly tip: string;
  /** `recorded` in the superproject's tip; `here` is checked out. */
  readonly modules: Readonly<Record<"dirty" | "moved" | "absent", Module>>;
  readonly nested: Module;
  /** Commits of the superproject that moved `moved`, oldest first. */
  readonly moves: readonly { readonly commit: string; readonly from: string; readonly to: string }[];
}

export interface Module {
  /** Relative to the superproject. */
  readonly path: string;
  readonly recorded: string;
  /** None when nothing is filled in. */
  readonly here: string | undefined;
}

/**
 * A superproject with three submodules, made by real `git submodule`: `libs/dirty` has an edited and an untracked
 * file, and a submodule of its own in `inner`; `libs/moved` stands at another commit than the recorded one;
 * `libs/absent` is not initialised. Where they came from lies beside the root.
 */
export async function moduleHistory(
  ground: Ground,
  { format = "sha1" }: Pick<RepositoryOptions, "format"> = {},
): Promise<ModuleHistory> {
  const source = (name: string): Promise<Repository> =>
    repository(ground, { folder: `../sources/${name}`, format });
  const [inner, dirty, moved, absent, repo] = await Promise.all([
    source("inner"),
    source("dirty"),
    source("moved"),
    source("absent"),
    repository(ground, { folder: "super", format }),
  ]);
  const add = async (into: Repository, from: Repository, path: string): Promise<void> =>
    void (await into.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", from.root, path));

  const innerTip = await inner.commit("inner", { "inner.txt": "inner\n" });
  await dirty.commit("dirty", { "kept.txt": "one\ntwo\n" });
  await add(dirty, inner, "inner");
  const dirtyTip = await dirty.commit("has inner");
  const steps = [];
  for (const step of [1, 2, 3]) steps.push(await moved.commit(`moved ${step}`, { "moved.txt": `${step}\n` }));
  const absentTip = await absent.commit("absent", { "absent.txt": "absent\n" });

  await repo.commit("feat: start", { "main.txt": "main\n", "src/größe.ts": "export {};\n" });
  for (const [from, name] of [
    [dirty, "dirty"],
    [moved, "moved"],
    [absent, "absent"],
  ] as const)
    await add(repo, from, `libs/${name}`);
  const inside = repo.at("libs/moved");
  const moves: { commit: string; from: string; to: string }[] = [];
  let before = "";
  for (const to of steps) {
    await inside.git("checkout", "--quiet", to);
    const commit = await repo.commit(`chore(libs): moved to ${to.slice(0, 7)}`);
    if (before !== "") moves.push({ commit, from: before, to });
    before = to;
  }
  const tip = await repo.git("rev-parse", "HEAD");
  await repo.git(
    "-c",
    "protocol.file.allow=always",
    "submodule",
    "--quiet",
    "update",
    "--init",
    "--recursive",
  );
  await repo.git("submodule", "--quiet", "deinit", "libs/absent");
  await repo.write({ "libs/dirty/kept.txt": "one\nchanged\n", "libs/dirty/new.txt": "new\n" });
  const older = steps[1] ?? "";
  await inside.git("checkout", "--quiet", older);
  await repo.git("worktree", "add", "--quiet", "-b", "linked", join(ground.root, "linked"));
  return {
    repo,
    linked: repo.at("../linked"),
    tip,
    modules: {
      dirty: { path: "libs/dirty", recorded: dirtyTip, here: dirtyTip },
      moved: { path: "libs/moved", recorded: before, here: older },
      absent: { path: "libs/absent", recorded: absentTip, here: undefined },
    },
    nested: { path: "libs/dirty/inner", recorded: innerTip, here: innerTip },
    moves,
  };
}
