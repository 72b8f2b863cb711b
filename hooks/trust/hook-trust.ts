import { resolve } from "node:path";
import { StartupError } from "../../shared/errors.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { MAX_SCRIPT_BYTES, ScriptReader, type ScriptFacts } from "../../shared/policy/script-facts.ts";
import type { Trust, TrustEntry } from "../../shared/policy/trust.ts";
import type { LoadedHandler } from "../handler.ts";
import { isSystemPath, looksLikeScript, type Candidate, type CommandGround } from "./candidate-list.ts";
import { type Defined, definitionOf, isSubjectOf, sha256, subjectOf } from "./definition.ts";
import { scriptsNamed, type NamedScripts } from "./scripts-named.ts";

export interface HookTrustOptions {
  readonly trust: Trust;
  /** Whole hashes that the operator gave for this process. */
  readonly given: readonly string[];
  readonly home: string;
  /** Absolute folders that tools can change; handlers from home run in the first. */
  readonly roots?: readonly string[];
}

/** Whether a handler may run, and what that rests on. */
export interface Approval {
  /** `own`: from the home folders, and no script in a project runs. `changed`: something with this definition, or at this place, was approved before. */
  readonly state: "own" | "approved" | "pending" | "changed";
  /** SHA-256 over project, file, definition and scripts: what a person approves. */
  readonly hash: string;
  /** What it names, as it is now; of kind `absent` what it would run if it were there. */
  readonly scripts: readonly ScriptFacts[];
  /** Foreign text: scripts whose names are known only when it runs; they are not watched. */
  readonly unfollowed: readonly string[];
  /** Why it cannot be approved, in our words. */
  readonly problem?: string;
}

interface Facts extends Pick<Approval, "hash" | "scripts" | "unfollowed"> {
  readonly defined: Defined;
  /** What whoever wrote the project chose has no say in it. */
  readonly isOwn: boolean;
  readonly problem: string | undefined;
}

interface Seen {
  readonly named: NamedScripts;
  readonly looks: readonly ScriptFacts[];
  readonly facts: Facts;
}

/** Says of each handler whether a person approved it just as it is, with the scripts that it names. */
export class HookTrust {
  readonly #options: HookTrustOptions;
  readonly #reader = new ScriptReader();
  readonly #seen = new WeakMap<LoadedHandler, Seen>();
  #trusted: { readonly from: readonly TrustEntry[]; readonly hashes: ReadonlySet<string> } | undefined;

  constructor(options: HookTrustOptions) {
    this.#options = options;
  }

  /**
   * Asked right before each run: looks again at every script, which takes some ten microseconds when nothing changed.
   * Where trust cannot be read nothing is trusted, and `problem` says why. Does not throw.
   */
  async of(loaded: LoadedHandler): Promise<Approval> {
    const { defined, isOwn, problem, ...facts } = this.#factsOf(loaded);
    if (isOwn) return { ...facts, state: "own" };
    if (problem !== undefined) return { ...facts, state: "pending", problem };
    if (this.#options.given.includes(facts.hash)) return { ...facts, state: "approved" };
    try {
      const { from, hashes } = await this.#readTrust();
      if (hashes.has(facts.hash)) return { ...facts, state: "approved" };
      const isKnown = from.some(({ kind, subject }) => kind === "hook" && isSubjectOf(subject, defined));
      return { ...facts, state: isKnown ? "changed" : "pending" };
    } catch (error) {
      if (!(error instanceof StartupError)) throw error;
      return { ...facts, state: "pending", problem: `nothing is trusted: ${escapeForPerson(error.message)}` };
    }
  }

  /**
   * Keeps a person's yes to what had these hashes, as far as it is still the same. `loaded` are all handlers that there are: what was approved before in their places, and is no more, goes. Throws
   * `StartupError` where trust cannot be read.
   */
  async approve(loaded: readonly LoadedHandler[], hashes: readonly string[]): Promise<void> {
    const all = loaded.map((each) => this.#factsOf(each)).filter(({ isOwn }) => !isOwn);
    const current = new Set(all.map(({ hash }) => hash));
    const wanted = all.filter(({ hash, problem }) => problem === undefined && hashes.includes(hash));
    if (wanted.length === 0) return;
    await this.#options.trust.grantAll(
      "hook",
      wanted.map(({ defined, hash }) => ({ subject: subjectOf(defined), hash })),
      ({ subject, hash }) =>
        !current.has(hash) && wanted.some(({ defined }) => isSubjectOf(subject, defined)),
    );
  }

  /** Absolute paths of what these handlers run, as named and with links followed, absent ones too. */
  scripts(loaded: readonly LoadedHandler[]): readonly string[] {
    const all = loaded.flatMap((each) => this.#factsOf(each).scripts);
    return [...new Set(all.flatMap(({ path, real }) => [resolve(path), real]))];
  }

  /** A script's whole text, just as it was hashed; nothing when it is no text, over 64 KiB, or changed since. */
  textOf(script: ScriptFacts): string | undefined {
    return this.#reader.textOf(script);
  }

  #factsOf(loaded: LoadedHandler): Facts {
    const seen = this.#seen.get(loaded);
    const ground = this.#groundOf(loaded);
    const named = seen?.named ?? namedBy(loaded, ground);
    const looks = named.candidates.map(({ path }) => this.#reader.look(path));
    if (seen !== undefined && looks.every((look, index) => look === seen.looks[index])) return seen.facts;
    const scripts = looks.filter((look, index) => isScript(look, named.candidates[index]));
    const contents = scripts.map((script) => contentOf(script, ground));
    const definition = definitionOf(loaded, this.#reader.look(ground.root).real);
    const facts: Facts = {
      hash: sha256([definition, scripts.map(({ path, real }, index) => [path, real, contents[index]])]),
      scripts,
      unfollowed: named.unfollowed,
      defined: { loaded, root: ground.root, definition },
      // a hook of the person's own that runs what a repository brings is the repository's, too
      isOwn: loaded.source.scope === "home" && !scripts.some((script) => isBrought(script, ground)),
      problem: named.isFull
        ? "it names too many files to watch them all, or is too long"
        : problemOf(scripts[contents.indexOf("")]),
    };
    this.#seen.set(loaded, { named, looks, facts });
    return facts;
  }

  #groundOf({ source }: LoadedHandler): CommandGround & { readonly roots: readonly string[] } {
    const { home, roots = [] } = this.#options;
    const root = source.root ?? roots[0] ?? home;
    return { root, roots: roots.includes(root) ? roots : [root, ...roots], home };
  }

  async #readTrust(): Promise<{ from: readonly TrustEntry[]; hashes: ReadonlySet<string> }> {
    const from = await this.#options.trust.list();
    if (this.#trusted?.from !== from)
      this.#trusted = {
        from,
        hashes: new Set(from.filter(({ kind }) => kind === "hook").map(({ hash }) => hash)),
      };
    return this.#trusted;
  }
}

/** What can never be approved is not looked at: a stranger may have written many of that kind. */
function namedBy({ handler, source }: LoadedHandler, ground: CommandGround): NamedScripts {
  const { candidates, unfollowed, isFull } = scriptsNamed(handler, ground);
  return { candidates: isFull && source.scope !== "home" ? [] : candidates, unfollowed, isFull };
}

/** True for a script that lies where a repository or a tool may have put it. */
function isBrought({ kind, real }: ScriptFacts, { roots }: { readonly roots: readonly string[] }): boolean {
  return kind !== "absent" && roots.some((root) => real.startsWith(`${root}/`));
}

function isScript({ kind, path, real, isProgram }: ScriptFacts, candidate: Candidate | undefined): boolean {
  if (kind === "directory" || candidate === undefined) return false;
  if (kind === "absent") return candidate.counts === "always";
  return candidate.counts !== "program" || isProgram || looksLikeScript(path) || looksLikeScript(real);
}

/** What stands for a script's contents; empty when nothing can. */
function contentOf(
  { kind, real, hash = "", bytes }: ScriptFacts,
  { roots }: { roots: readonly string[] },
): string {
  if (kind === "absent") return "absent";
  // what a person installed, where no tool writes: interpreters are large
  const isOutside = !roots.some((root) => real.startsWith(`${root}/`));
  if (isOutside && isSystemPath(real) && bytes > 0) return "system";
  return isOutside && bytes > MAX_SCRIPT_BYTES ? `${bytes} bytes` : hash;
}

function problemOf(script: ScriptFacts | undefined): string | undefined {
  if (script === undefined) return undefined;
  return `its script ${escapeForPerson(script.path)} ${script.problem ?? "cannot be read"}`;
}
