import { setImmediate as nextTurn } from "node:timers/promises";
import type { Chain } from "./find/find-sources.ts";
import { expandImports } from "./imports/expand-imports.ts";
import { applies, type About } from "./merge/applies.ts";
import { choose } from "./merge/choose.ts";
import { idOf } from "./merge/id-of.ts";
import type { Read } from "./merge/read.ts";
import { parseDocument } from "./parse/parse-document.ts";
import type { Document, FileText, InstructionFiles, Problem, Source, Warning } from "./shapes.ts";
import type { Rendered, TemplateProblem } from "./template/template-problem.ts";
import type { Templates } from "./template/templates.ts";
import { variablesFor } from "./template/variables.ts";

export interface ReaderOptions {
  readonly files: InstructionFiles;
  readonly templates: Templates;
  readonly home: string;
  /** The branch where a path lies; nothing outside a repository. */
  readonly branchAt: (path: string, signal: AbortSignal) => Promise<string | undefined>;
}

/** Characters of many files together, and what is said of those for which there is no room. */
const OF_CHAIN = {
  most: 4 * 1024 * 1024,
  why: "all files together are longer than 4 MiB, and it is one of the farthest",
} as const;
const OF_LIST = { most: 32 * 1024 * 1024, why: "all files together are longer than 32 MiB" } as const;
/** Files that are read at once. */
const AT_ONCE = 16;
/** After so long others get their turn. */
const TURN_MS = 20;

interface Parsed {
  readonly document: Document;
  readonly realPath: string;
}

/** A file that was looked at: its document, or why there is none. */
export interface Looked {
  readonly source: Source;
  readonly found: Document | string;
}

export interface ReadChain {
  readonly reads: readonly Read[];
  readonly problems: readonly Warning[];
}

/** `taken`: absolute paths of the files that were taken in, and those where such a file is missing. */
interface FullChain extends ReadChain {
  readonly taken: readonly string[];
}

interface Reading {
  readonly chain: Chain;
  /** Real paths of the files that are given. */
  readonly own: ReadonlySet<string>;
  readonly taken: string[];
  readonly signal: AbortSignal;
}

interface Wanted extends About {
  readonly ids?: readonly string[];
}

/** Turns files into documents, and those that apply into text: imports taken in, templates filled. */
export class Reader {
  readonly #options: ReaderOptions;
  /** For as long as the text is remembered. */
  readonly #parsed = new WeakMap<FileText, Parsed>();

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** The documents of files, or why there is none. */
  async documentsOf(sources: readonly Source[]): Promise<readonly Looked[]> {
    const { parsed, unread } = await this.#parseAll(sources, OF_LIST);
    return sources.flatMap((source) => {
      const found = parsed.get(source)?.document ?? unread.get(source);
      return found === undefined ? [] : [{ source, found }];
    });
  }

  /** A whole chain as it is written: nothing is taken in, nothing filled in. */
  async readPlainly({ sources }: Chain): Promise<ReadChain> {
    const { parsed, unread } = await this.#parseAll(sources, OF_CHAIN);
    return { reads: [...parsed.values()].map(plain), problems: warningsOf(unread) };
  }

  /** A whole chain: what does not apply keeps its plain body, since nobody rendered it. */
  async readAll(chain: Chain, about: Wanted, signal: AbortSignal): Promise<FullChain> {
    const { reads: plainly, problems } = await this.readPlainly(chain);
    const turns = new Turns();
    const wanted = new Set<Read>();
    for (const read of plainly) {
      if (holds(read.document, about)) wanted.add(read);
      await turns.next();
    }
    // what is replaced by another one is given by nobody, so that one may take it in
    const own = new Set(choose([...wanted]).kept.map(({ realPath }) => realPath));
    const reads: Read[] = [];
    const taken: string[] = [];
    for (const read of plainly) {
      reads.push(wanted.has(read) ? await this.#textOf(read, { chain, own, taken, signal }) : read);
      await turns.next();
    }
    return { reads, problems, taken };
  }

  /** In the order given. A stranger's files never push out a person's own. */
  async #parseAll(
    sources: readonly Source[],
    { most, why }: typeof OF_CHAIN | typeof OF_LIST,
  ): Promise<{
    readonly parsed: ReadonlyMap<Source, Parsed>;
    readonly unread: ReadonlyMap<Source, string>;
  }> {
    const looked = new Map<Source, Parsed | string | undefined>();
    const turns = new Turns();
    let left: number = most;
    for await (const [source, found] of this.#textsOf([
      ...sources.filter(isPersonal),
      ...sources.toReversed(),
    ])) {
      if (found?.kind === "text") left -= found.text.length;
      if (left < 0) break;
      looked.set(source, found?.kind === "text" ? this.#parse(source, found) : found?.why);
      await turns.next();
    }
    const parsed = new Map<Source, Parsed>();
    const unread = new Map<Source, string>();
    for (const source of sources) {
      const found = looked.has(source) ? looked.get(source) : why;
      if (typeof found === "string") unread.set(source, found);
      else if (found !== undefined) parsed.set(source, found);
    }
    return { parsed, unread };
  }

  /** Each source once, some ahead of their turn: most of a first look is waiting. */
  async *#textsOf(sources: readonly Source[]): AsyncGenerator<readonly [Source, FileText | undefined]> {
    const once = [...new Set(sources)];
    for (let at = 0; at < once.length; at += AT_ONCE)
      yield* await Promise.all(
        once
          .slice(at, at + AT_ONCE)
          .map(async (source) => [source, await this.#options.files.read(source.path)] as const),
      );
  }

  #parse(source: Source, file: Extract<FileText, { kind: "text" }>): Parsed {
    const known = this.#parsed.get(file);
    if (known !== undefined && isSame(known.document.source, source)) return known;
    const parsed = { document: parseDocument(file.text, source), realPath: file.realPath };
    this.#parsed.set(file, parsed);
    return parsed;
  }

  async #textOf({ document, realPath }: Read, { chain, own, taken, signal }: Reading): Promise<Read> {
    const { files, home } = this.#options;
    const told: Problem[] = [];
    const others = new Set(own);
    others.delete(realPath);
    const { text, imports, realPaths, absent, problems } = await expandImports(document, {
      files,
      home,
      realPath,
      projectRoot: chain.projectRoot,
      alreadyLoaded: others,
      render: async (each) => {
        const filled = await this.#render(each, { chain, signal });
        const inner = each === document ? undefined : each.source.shown;
        told.push(...filled.problems.map((problem) => toldOf(problem, each.firstLine, inner)));
        return filled.text;
      },
    });
    taken.push(...realPaths, ...absent);
    return { document, realPath, text, imports, problems: [...told, ...problems] };
  }

  /** The body of a document that asks for it filled in; of any other as it is. */
  async #render(
    { frontmatter: { template: kind }, body }: Document,
    { chain, signal }: { readonly chain: Chain; readonly signal: AbortSignal },
  ): Promise<Rendered> {
    if (kind === undefined) return { text: body, problems: [] };
    const { path: target, isDirectory: targetIsDirectory } = chain.target;
    const { projectRoot } = chain;
    // most templates never name it
    const branch = body.includes("branch") ? await this.#options.branchAt(projectRoot, signal) : undefined;
    const about = { projectRoot, target, targetIsDirectory, date: new Date(), branch };
    return await this.#options.templates.render(body, { kind, variables: variablesFor(about), signal });
  }
}

/** Lets others have their turn while much is done in memory. */
class Turns {
  #since = performance.now();

  async next(): Promise<void> {
    if (performance.now() - this.#since < TURN_MS) return;
    await nextTurn();
    this.#since = performance.now();
  }
}

function holds(document: Document, about: Wanted): boolean {
  return about.ids?.includes(idOf(document)) === true || applies(document, about).applies;
}

function plain({ document, realPath }: Parsed): Read {
  return { document, realPath, text: document.body, imports: [], problems: [] };
}

function isPersonal({ scope }: Source): boolean {
  return scope === "managed" || scope === "user";
}

/** The rest of a source follows from these. */
function isSame(one: Source, other: Source): boolean {
  return (
    one.path === other.path &&
    one.shown === other.shown &&
    one.scope === other.scope &&
    one.role === other.role
  );
}

/** Thousands of files that are too much are told once. */
function warningsOf(unread: ReadonlyMap<Source, string>): Warning[] {
  const others = [...unread.values()].filter((why) => why === OF_CHAIN.why).slice(1);
  let isTold = false;
  return [...unread].flatMap(([{ shown: path }, why]): Warning[] => {
    if (why !== OF_CHAIN.why) return [{ level: "warning", code: "unreadable", message: why, path }];
    if (isTold) return [];
    isTold = true;
    const message =
      others.length === 0 ? why : `${why}; so are ${others.length} others, which are not read either`;
    return [{ level: "warning", code: "too_much", message, path }];
  });
}

/** `line` is counted in the body; in the file that was taken in, where there is one. */
function toldOf({ message, line }: TemplateProblem, firstLine: number, inner?: string): Problem {
  const where = line === undefined ? undefined : firstLine + line - 1;
  const problem = { level: "warning", code: "template_failed" } as const;
  if (inner === undefined) return { ...problem, message, ...(where === undefined ? {} : { line: where }) };
  return { ...problem, message: `in ${inner}${where === undefined ? "" : ` line ${where}`}: ${message}` };
}
