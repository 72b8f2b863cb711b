import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Access } from "../../../shared/access.ts";
import type { Log } from "../../../shared/context.ts";
import { ToolError } from "../../../shared/errors.ts";
import type { Git } from "../../../shared/git/git.ts";
import type { Embedder } from "../../../shared/model/embedder.ts";
import { openEndpoint } from "../../../shared/model/endpoint.ts";
import { openGguf } from "../../../shared/model/gguf.ts";
import { openStaticTable } from "../../../shared/model/open-static-table.ts";
import type { Scope } from "../../../shared/scope.ts";
import type { StatusFeed } from "../../../shared/status/feed.ts";
import type { Root } from "../../../shared/workspace/root.ts";
import type { Workspace } from "../../../shared/workspace/workspace.ts";
import type { SearchOptions } from "../options.ts";
import { tryLease } from "../store/lease.ts";
import { ModelVectors } from "../store/model-vectors.ts";
import { openReader } from "../store/open-reader.ts";
import type { IndexReader } from "../store/shapes.ts";
import { ModelSearch } from "../vectors/model-search.ts";
import type { Ground } from "./ground.ts";
import { makeupOf } from "./makeup.ts";
import { RootIndex } from "./root-index.ts";
import type { CodeIndexes } from "./shapes.ts";
import { SharedLease } from "./shared-lease.ts";
import { WorkerHandle } from "./worker-handle.ts";

export interface IndexesOptions {
  readonly workspace: Workspace;
  readonly git: Git;
  /** Of this user; may be deleted at any time. */
  readonly cacheFolder: string;
  readonly readAccess: (signal: AbortSignal) => Access;
  /** Its end ends the workers. */
  readonly scope: Scope;
  readonly log: Log;
  readonly status: StatusFeed;
  readonly options: SearchOptions;
}

/** The indexes of all roots. Opens nothing: the first `view` of a root does, and starts its indexing in the background. */
export function openIndexes(options: IndexesOptions): CodeIndexes {
  const { workspace } = options;
  const opened = new Map<Root, Promise<RootIndex>>();
  const indexOf = (root: Root): Promise<RootIndex> => {
    const known = opened.get(root);
    if (known !== undefined) return known;
    const opening = openRoot(root, options);
    opened.set(root, opening);
    // what is missing may be there the next time
    opening.catch(() => opened.delete(root));
    return opening;
  };
  return {
    async view(at, view) {
      const index = await indexOf(workspace.locate(at ?? ".").root);
      return await index.view(view);
    },
    async views(view) {
      const indexes = await Promise.all(workspace.roots.map(indexOf));
      return await Promise.all(indexes.map((index) => index.view(view)));
    },
  };
}

/** Where the index of a root lies. */
function indexFolder(cacheFolder: string, root: Pick<Root, "path">): string {
  return join(cacheFolder, "search", createHash("sha256").update(root.path).digest("hex").slice(0, 32));
}

async function openRoot(root: Root, parts: IndexesOptions): Promise<RootIndex> {
  const { workspace, git, options, scope } = parts;
  const folder = indexFolder(parts.cacheFolder, root);
  const withTable = options.embedder !== "none";
  const table = withTable ? await openStaticTable() : undefined;
  const reader = await openReader(folder, makeupOf(table));
  const closing = new AbortController();
  const ground = { workspace, git, root, access: parts.readAccess(closing.signal) };
  const index = new RootIndex({
    ground,
    worker: new WorkerHandle({ folder, withTable }),
    reader,
    lease: new SharedLease(folder),
    maxBytes: options.maxFileKb * 1024,
    status: parts.status,
    log: parts.log,
    problems: table?.kind === "none" ? [withoutTable(table.problem, options)] : [],
    table: table?.kind === "table" ? table.table : undefined,
    model: modelOf({ ...parts, ground, reader, folder }),
  });
  scope.defer(() => {
    closing.abort(new ToolError("cancelled", "the server is stopping"));
    return index.close();
  });
  return index;
}

function withoutTable(problem: string, { embedder }: SearchOptions): string {
  return embedder === "table" ? `searched by words only: ${problem}` : problem;
}

/** The model that the person chose, for one root; undefined without one. */
function modelOf({ ground, reader, folder, options, scope, log }: ModelParts): ModelSearch | undefined {
  const open = openerOf(options, scope);
  if (open === undefined) return undefined;
  return new ModelSearch({
    ground,
    reader,
    log,
    open,
    maxBytes: options.maxFileKb * 1024,
    vectors: () => ModelVectors.open(folder),
    lease: () => tryLease(join(folder, "model")),
  });
}

type ModelParts = Pick<IndexesOptions, "options" | "scope" | "log"> & {
  readonly ground: Ground;
  readonly reader: IndexReader;
  readonly folder: string;
};

function openerOf(
  { embedder, ggufFile, ...endpoint }: SearchOptions,
  scope: Scope,
): ((signal: AbortSignal) => Promise<Embedder>) | undefined {
  if (embedder === "gguf") return (signal) => openGguf(ggufFile, scope, signal);
  if (embedder !== "endpoint") return undefined;
  const { endpointUrl: url, endpointModel: model, endpointKeyVariable: variable } = endpoint;
  return (signal) => openEndpoint({ url, model, key: process.env[variable] }, signal);
}
