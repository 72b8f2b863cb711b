import { dirname } from "node:path";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { parseDocument } from "../parse/parse-document.ts";
import { safeText } from "../parse/safe-text.ts";
import type { Document, FileText, InstructionFiles, Problem } from "../shapes.ts";
import { findImports } from "./find-imports.ts";
import { ownLine } from "./own-line.ts";
import { ProblemLog, quotePath } from "./problem-log.ts";
import { isInside, isName, isReached, type Reach, resolveImport, showImport } from "./resolve-import.ts";

const MOST_HOPS = 5;
const MOST_FILES = 64;
const MOST_BYTES = 1024 * 1024;
/** Paths that are looked at, there or not. */
const MOST_LOOKS = 256;
/** Imports that are followed at all. */
const MOST_STEPS = 2_000;

export interface ExpandAbout {
  readonly files: InstructionFiles;
  /** Where the document really lies; its imports are relative to that folder. */
  readonly realPath: string;
  /** Real paths of the person's home folder and of the project. */
  readonly home: string;
  readonly projectRoot: string;
  /** Real paths of the files that are blocks of their own. */
  readonly alreadyLoaded: ReadonlySet<string>;
  /** Fills in the body of a document that asks for it; each file by itself, before its imports are looked for. */
  readonly render?: (document: Document) => Promise<string>;
}

export interface Expanded {
  readonly text: string;
  /** Files that were taken in, as shown; in the same order where they really lie. */
  readonly imports: readonly string[];
  readonly realPaths: readonly string[];
  /** Absolute paths that were asked for, where nothing is yet. */
  readonly absent: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * A document's text with the files that it names. One that stands alone on its line is put in its place; the others follow at
 * the end, so that their sentences stay whole. What is a block of its own, or was taken in before, is only named. At most
 * five hops, 64 files and 1 MiB. A project's files reach the project, a person's own their home folder too, and nobody
 * secrets. What cannot be taken in stays as it is written and is told.
 */
export async function expandImports(document: Document, about: ExpandAbout): Promise<Expanded> {
  const expansion = new Expansion(document, about);
  const text = await expansion.expand(document, {
    links: [{ realPath: about.realPath, shown: document.source.shown }],
  });
  return { text, ...expansion.result() };
}

interface Link {
  readonly realPath: string;
  readonly shown: string;
}

/** How a file was come to. */
interface Trail {
  /** From the outermost file to this one. */
  readonly links: readonly Link[];
  /** Of the import in the outermost file. */
  readonly line?: number;
}

/** One import of one file. */
interface Step {
  readonly path: string;
  readonly line?: number;
  readonly trail: Trail;
}

/** Text that was taken in; without one, the file is given elsewhere. */
interface Outcome {
  readonly shown: string;
  readonly text?: string;
}

class Expansion {
  readonly #about: ExpandAbout;
  readonly #outermost: Document;
  readonly #taken = new Map<string, string>();
  readonly #looks = new Map<string, FileText | undefined>();
  readonly #log = new ProblemLog();
  #bytes = 0;
  #leftOut = 0;
  #steps = 0;

  constructor(outermost: Document, about: ExpandAbout) {
    this.#outermost = outermost;
    this.#about = about;
  }

  result(): Omit<Expanded, "text"> {
    const absent = [...this.#looks].flatMap(([path, file]) => (file === undefined ? [path] : []));
    const imports = [...this.#taken.values()];
    const problems = [...(this.#leftOut > 0 ? [overLimit(this.#leftOut)] : []), ...this.#log.all()];
    return { imports, realPaths: [...this.#taken.keys()], absent, problems };
  }

  async expand(document: Document, trail: Trail): Promise<string> {
    const text = await this.#render(document);
    const parts: string[] = [];
    const behind: string[] = [];
    let at = 0;
    for (const found of findImports(text)) {
      // what is filled in may have moved the lines
      const line = text === document.body ? document.firstLine + found.line - 1 : undefined;
      const step = { path: found.path, trail, ...(line === undefined ? {} : { line }) };
      const outcome = await this.#follow(step);
      if (outcome === undefined) continue;
      const alone = ownLine(text, found);
      if (alone !== undefined) {
        parts.push(text.slice(at, alone.start), outcome.text ?? `(${outcome.shown}: already given)`);
        at = alone.end;
      } else if (outcome.text !== undefined) behind.push(`From ${outcome.shown}:\n\n${outcome.text}`);
    }
    const whole = parts.join("") + text.slice(at);
    return behind.length === 0 ? whole : `${[whole.trimEnd(), ...behind].join("\n\n")}\n`;
  }

  async #render(document: Document): Promise<string> {
    const { render } = this.#about;
    if (render === undefined || document.frontmatter.template === undefined) return document.body;
    return safeText(await render(document)).text;
  }

  async #follow(step: Step): Promise<Outcome | undefined> {
    if (++this.#steps > MOST_STEPS) return this.#leaveOut();
    const { path, trail } = step;
    const reach = this.#reachOf(trail);
    const resolved = resolveImport(path, dirname(lastOf(trail).realPath), reach);
    if (resolved.kind === "refused") {
      const mayBeName = resolved.code === "import_not_text" && isName(path);
      return mayBeName ? this.#isName(step) : this.#tell(step, resolved.code, resolved.why);
    }
    if (trail.links.length > MOST_HOPS) {
      const why = `is more than ${MOST_HOPS} files away: ${chain(trail.links)}`;
      return isName(path) ? undefined : this.#tell(step, "import_too_deep", why);
    }
    if (this.#isFull(resolved.path)) return this.#leaveOut();
    const file = await this.#read(resolved.path);
    if (file === undefined)
      return isName(path) ? this.#isName(step) : this.#tell(step, "import_missing", "is not there");
    if (file.kind === "refused") return this.#tell(step, "import_refused", `cannot be read: ${file.why}`);
    if (!isReached(file.realPath, reach))
      return this.#tell(step, "import_outside", "is a link that leads elsewhere");
    return await this.#take(step, file, {
      path: resolved.path,
      shown: escapeForPerson(showImport(resolved.path, reach)),
    });
  }

  async #take(
    step: Step,
    { realPath, text }: Extract<FileText, { kind: "text" }>,
    { path, shown }: { readonly path: string; readonly shown: string },
  ): Promise<Outcome | undefined> {
    const links = [...step.trail.links, { realPath, shown }];
    if (step.trail.links.some((link) => link.realPath === realPath))
      return this.#tell(step, "import_cycle", `leads back to itself: ${chain(links)}`);
    if (this.#about.alreadyLoaded.has(realPath) || this.#taken.has(realPath)) return { shown };
    const bytes = Buffer.byteLength(text);
    if (this.#bytes + bytes > MOST_BYTES) return this.#leaveOut();
    this.#bytes += bytes;
    this.#taken.set(realPath, shown);
    const document = parseDocument(text, { ...this.#outermost.source, path, shown, base: dirname(realPath) });
    const line = step.trail.line ?? step.line;
    const top = line === undefined ? {} : { line };
    for (const problem of document.problems)
      this.#log.add(problem, {
        ...top,
        inner: { shown, ...(problem.line === undefined ? {} : { line: problem.line }) },
      });
    const whole = await this.expand(document, { links, ...top });
    return { shown, text: whole.replace(/^\n+/u, "").trimEnd() };
  }

  /** A file in the project reaches the project only: whoever wrote the repository may have written it. */
  #reachOf(trail: Trail): Reach {
    const { home, projectRoot, realPath } = this.#about;
    const { scope, path } = this.#outermost.source;
    const isPersonal =
      (scope === "user" || scope === "managed") && !isInside(projectRoot, lastOf(trail).realPath);
    return { home, projectRoot, folders: isPersonal ? [home, dirname(path), dirname(realPath)] : [] };
  }

  #isFull(path: string): boolean {
    return !this.#looks.has(path) && (this.#taken.size >= MOST_FILES || this.#looks.size >= MOST_LOOKS);
  }

  async #read(path: string): Promise<FileText | undefined> {
    if (!this.#looks.has(path)) this.#looks.set(path, await this.#about.files.read(path));
    return this.#looks.get(path);
  }

  #leaveOut(): undefined {
    this.#leftOut += 1;
  }

  #isName(step: Step): undefined {
    const message = `${quotePath(step.path)} was taken for a name: no text file is called so`;
    this.#log.add({ level: "info", code: "import_name", message }, whereOf(step));
  }

  #tell(step: Step, code: string, why: string): undefined {
    const message = `${quotePath(step.path)} ${why}`;
    this.#log.add({ level: "warning", code, message }, whereOf(step));
  }
}

function overLimit(count: number): Problem {
  const what = count === 1 ? "1 import was" : `${count} imports were`;
  const message = `${what} left out: at most ${MOST_FILES} files and 1 MiB are taken in`;
  return { level: "warning", code: "import_limit", message };
}

function lastOf({ links }: Trail): Link {
  return links.at(-1) ?? { realPath: "", shown: "" };
}

function whereOf({ line, trail }: Step): { line?: number; inner?: { shown: string; line?: number } } {
  const own = line === undefined ? {} : { line };
  if (trail.links.length === 1) return own;
  const outer = trail.line === undefined ? {} : { line: trail.line };
  return { ...outer, inner: { shown: lastOf(trail).shown, ...own } };
}

function chain(links: readonly Link[]): string {
  return links.map(({ shown }) => escapeForPerson(shown)).join(" → ");
}
