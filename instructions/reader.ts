import { expandImports } from "./imports/expand-imports.ts";
import type { Chain } from "./find/find-sources.ts";
import { applies, type About } from "./merge/applies.ts";
import { idOf } from "./merge/id-of.ts";
import type { Read } from "./merge/read.ts";
import { parseDocument } from "./parse/parse-document.ts";
import type { Document, InstructionFiles, Problem, Source, Warning } from "./shapes.ts";
import type { Templates } from "./template/templates.ts";
import { variablesFor } from "./template/variables.ts";

export interface ReaderOptions {
  readonly files: InstructionFiles;
  readonly templates: Templates;
  readonly home: string;
}

/** Parsed files that are remembered. */
const MOST_DOCUMENTS = 5_000;

interface Parsed {
  readonly document: Document;
  readonly realPath: string;
  readonly hash: string;
}

interface Wanted extends About {
  readonly ids?: readonly string[];
}

/** Turns files into documents, and those that apply into text: imports taken in, templates filled. */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #parsed = new Map<string, Parsed>();

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** The documents of files that can be read; the others are told. */
  async documentsOf(
    sources: readonly Source[],
  ): Promise<{ readonly documents: readonly Document[]; readonly problems: readonly Warning[] }> {
    const { parsed, problems } = await this.#parseAll(sources);
    return { documents: parsed.map(({ document }) => document), problems };
  }

  /** A whole chain: what does not apply keeps its plain body, since nobody rendered it. */
  async readAll(
    chain: Chain,
    about: Wanted,
    signal: AbortSignal,
  ): Promise<{ readonly reads: readonly Read[]; readonly problems: readonly Warning[] }> {
    const { parsed, problems } = await this.#parseAll(chain.sources);
    const holds = ({ document }: Parsed): boolean =>
      about.ids?.includes(idOf(document)) === true || applies(document, about).applies;
    const own = new Set(parsed.filter(holds).map(({ realPath }) => realPath));
    const reads: Read[] = [];
    for (const each of parsed) {
      const isWanted = own.has(each.realPath) && holds(each);
      reads.push(isWanted ? await this.#textOf(each, { chain, own, signal }) : plain(each));
    }
    return { reads, problems };
  }

  async #parseAll(
    sources: readonly Source[],
  ): Promise<{ readonly parsed: readonly Parsed[]; readonly problems: readonly Warning[] }> {
    const parsed: Parsed[] = [];
    const problems: Warning[] = [];
    for (const source of sources) {
      const found = await this.#options.files.read(source.path);
      if (found === undefined) continue;
      if (found.kind === "refused")
        problems.push({ level: "warning", code: "unreadable", message: found.why, path: source.shown });
      else parsed.push(this.#parse(source, found));
    }
    return { parsed, problems };
  }

  #parse(
    source: Source,
    { text, realPath, hash }: { readonly text: string; readonly realPath: string; readonly hash: string },
  ): Parsed {
    const key = JSON.stringify([source.path, source.scope, source.role, source.dir]);
    const known = this.#parsed.get(key);
    if (known?.hash === hash && known.realPath === realPath) return known;
    const parsed = { document: parseDocument(text, source), realPath, hash };
    this.#parsed.delete(key);
    this.#parsed.set(key, parsed);
    const [oldest] = this.#parsed.keys();
    if (this.#parsed.size > MOST_DOCUMENTS && oldest !== undefined) this.#parsed.delete(oldest);
    return parsed;
  }

  async #textOf(
    { document, realPath }: Parsed,
    {
      chain,
      own,
      signal,
    }: { readonly chain: Chain; readonly own: ReadonlySet<string>; readonly signal: AbortSignal },
  ): Promise<Read> {
    const { files, home } = this.#options;
    const told: Problem[] = [];
    const others = new Set(own);
    others.delete(realPath);
    const { text, imports, problems } = await expandImports(document, {
      files,
      home,
      realPath,
      projectRoot: chain.projectRoot,
      alreadyLoaded: others,
      render: (each) => this.#render(each, { chain, told, signal }),
    });
    return { document, realPath, text, imports, problems: [...told, ...problems] };
  }

  /** The body of a document that asks for it filled in; of any other as it is. */
  async #render(
    document: Document,
    {
      chain,
      told,
      signal,
    }: { readonly chain: Chain; readonly told: Problem[]; readonly signal: AbortSignal },
  ): Promise<string> {
    const { frontmatter, body, firstLine } = document;
    const { template: kind } = frontmatter;
    if (kind === undefined) return body;
    const { path: target, isDirectory: targetIsDirectory } = chain.target;
    const about = { projectRoot: chain.projectRoot, target, targetIsDirectory, date: new Date() };
    const variables = variablesFor(about);
    const { text, problems } = await this.#options.templates.render(body, { kind, variables, signal });
    for (const { message, line } of problems) {
      const where = line === undefined ? {} : { line: firstLine + line - 1 };
      told.push({ level: "warning", code: "template_failed", message, ...where });
    }
    return text;
  }
}

function plain({ document, realPath }: Parsed): Read {
  return { document, realPath, text: document.body, imports: [], problems: [] };
}
