import { dirname } from "node:path";

/**
 * When a file that a command names counts as one of its scripts. `always`: also while it is absent. `there`: as soon
 * as it exists. `program`: when it exists and is a program by its name, its mode or its first line.
 */
export type Counts = "program" | "there" | "always";

export interface Candidate {
  /** Absolute, as the command names it; `..` is left in it, since it may lead through a link. */
  readonly path: string;
  readonly counts: Counts;
}

export interface CommandGround {
  /** Absolute: where it runs. */
  readonly root: string;
  /** What tools can change beside it. */
  readonly roots?: readonly string[];
  readonly home: string;
}

const MAX_CANDIDATES = 128;
const MAX_FOLDERS = 32;
const MAX_PATH = 4_096;
const MAX_UNFOLLOWED = 20;
const RANK: readonly Counts[] = ["program", "there", "always"];
/** Only who administers the machine writes there. */
const SYSTEM =
  /^\/(?:usr|bin|sbin|lib|lib64|opt|nix|System|Library)\/|^\/dev\/(?:std(?:in|out|err)|null|tty|zero|fd\/\d+)$|^[a-z]:[\\/]windows[\\/]/iu;
const NODE = `${dirname(process.execPath)}/`;
const SCRIPT =
  /\.(?:(?:ba|z|k|fi)?sh|py[wz]?|[cm]?[jt]s|[jt]sx|rb|p[lm]|php|lua|psm?1|bat|cmd|command|awk|sed|jq|r|tcl|exp|groovy|jar|wasm|exe)$/iu;
/** What interpreters find under a name without its end. */
const ENDINGS = [
  ".js",
  ".cjs",
  ".mjs",
  ".ts",
  ".py",
  ".sh",
  "/package.json",
  "/index.js",
  "/index.ts",
  "/__main__.py",
];

/** Collects the files that a command names, each in every folder that the command may be in by then. */
export class CandidateList {
  readonly #found = new Map<string, Counts>();
  readonly #unfollowed = new Set<string>();
  readonly #folders: string[];
  readonly #ground: CommandGround;
  #isFull = false;

  constructor(ground: CommandGround) {
    this.#ground = ground;
    this.#folders = [ground.root];
  }

  get candidates(): readonly Candidate[] {
    return [...this.#found].map(([path, counts]) => ({ path, counts }));
  }

  /** Foreign text: words that look like a script, and are not known before the command runs. */
  get unfollowed(): readonly string[] {
    return [...this.#unfollowed];
  }

  /** True when it names more files than can be watched, or is too long to be looked through. */
  get isFull(): boolean {
    return this.#isFull;
  }

  giveUp(): void {
    this.#isFull = true;
  }

  add(text: string, counts: Counts): void {
    if (this.#isFull) return;
    if (/^-?$|\0|^[a-z][a-z\d+.-]+:\/\//iu.test(text) || text.length > MAX_PATH) return;
    if (/^~(?:\/|$)/u.test(text)) this.#keep(`${this.#ground.home}${text.slice(1)}`, counts);
    if (isAbsolute(text)) return this.#keep(text, counts);
    const last = this.#folders.length - 1;
    for (const [index, folder] of this.#folders.entries())
      this.#keep(`${folder}/${text}`, index === last || counts === "program" ? counts : "there");
  }

  /** A name that an interpreter may complete. */
  addEndings(text: string): void {
    if (text === "" || /\s/u.test(text) || looksLikeScript(text)) return;
    for (const ending of ENDINGS) this.add(`${text.replace(/\/$/u, "")}${ending}`, "there");
  }

  /** From here on the command may be in this folder, seen from any that it may be in by now; nearly surely it is. */
  enter(text: string): void {
    if (this.#isFull) return;
    const known = [...this.#folders];
    for (const folder of known) {
      const entered = this.#below(folder, text);
      const at = this.#folders.indexOf(entered);
      if (at !== -1) this.#folders.splice(at, 1);
      this.#folders.push(entered);
    }
    this.#isFull ||= this.#folders.length > MAX_FOLDERS;
    this.#folders.splice(0, this.#folders.length - MAX_FOLDERS);
  }

  /** What follows may be looked for in this folder, too. */
  lookIn(text: string): void {
    if (this.#isFull) return;
    const current = this.#folders.at(-1) ?? "";
    this.#folders.unshift(this.#below(current, text));
    this.#isFull ||= this.#folders.length > MAX_FOLDERS;
    this.#folders.splice(MAX_FOLDERS);
  }

  unfollow(text: string): void {
    if (this.#unfollowed.size < MAX_UNFOLLOWED) this.#unfollowed.add(text.slice(0, MAX_PATH));
  }

  #below(folder: string, text: string): string {
    const name = text.replace(/^~(?=\/|$)/u, () => this.#ground.home);
    return (isAbsolute(name) ? name : `${folder}/${name}`).slice(0, MAX_PATH);
  }

  #keep(given: string, counts: Counts): void {
    const path = given.replaceAll(/\/(?:\.?\/)+/gu, "/");
    if (this.#isSystem(path)) return;
    const known = this.#found.get(path);
    if (known === undefined && this.#found.size >= MAX_CANDIDATES) this.#isFull = true;
    else if (known === undefined || RANK.indexOf(known) < RANK.indexOf(counts)) this.#found.set(path, counts);
  }

  #isSystem(path: string): boolean {
    const { root, roots = [] } = this.#ground;
    if (/\/\.\.(?:\/|$)/u.test(path) || [root, ...roots].some((each) => path.startsWith(`${each}/`)))
      return false;
    return isSystemPath(path);
  }
}

/** True below folders that only who administers the machine writes to, and Node's own. */
export function isSystemPath(path: string): boolean {
  return SYSTEM.test(path) || path.startsWith(NODE);
}

/** True for a name that a script usually has. */
export function looksLikeScript(text: string): boolean {
  return SCRIPT.test(text);
}

function isAbsolute(text: string): boolean {
  return /^(?:\/|[a-z]:[\\/])/iu.test(text);
}
