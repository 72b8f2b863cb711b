import { dirname, join } from "node:path";
import { searchOptions } from "../../../servers/search/options.ts";
import { openIndexes } from "../../../servers/search/index/open-indexes.ts";
import type { CodeIndexes, IndexView } from "../../../servers/search/index/shapes.ts";
import type { IndexReader } from "../../../servers/search/store/shapes.ts";
import { Scope } from "../../../shared/scope.ts";
import { createStatusFeed } from "../../../shared/status/create-feed.ts";
import { Git } from "../../../shared/git/git.ts";
import { RepositoryTrust } from "../../../shared/policy/repository-trust.ts";
import type { Access } from "../../../shared/access.ts";
import { ToolError } from "../../../shared/errors.ts";
import { openWorkspace } from "../../../shared/workspace/open-workspace.ts";
import type { Workspace } from "../../../shared/workspace/workspace.ts";
import type { Ground as IndexGround } from "../../../servers/search/index/ground.ts";
import type { Ground } from "../../support/workspace.ts";

export interface Looking {
  readonly ground: IndexGround;
  readonly workspace: Workspace;
  readonly git: Git;
}

/** Reads everything but what a person would call secret: enough of policy for these tests. */
function noSecrets(signal = new AbortController().signal): Access {
  return {
    signal,
    // that a secret is there may be known
    permit({ relative }, intent) {
      if (intent === "read" && /(?:^|\/)\.env(?:\.|$)|\.pem$/u.test(relative))
        throw new ToolError("denied", "it may hold secrets");
    },
  };
}

export interface Indexing extends Looking {
  readonly indexes: CodeIndexes;
  readonly cache: string;
  readonly logged: string[];
  /** The first root's index, whole. */
  readonly whole: () => Promise<IndexView>;
  /** As it is now. */
  readonly view: () => Promise<IndexView>;
  readonly close: () => Promise<void>;
}

/** An index of the ground's root, as one server process has it; several of one ground share the cache. */
export async function indexing(
  place: Ground,
  options: { readonly maxFileKb?: number } = {},
): Promise<Indexing> {
  const scope = new Scope();
  place.scope.defer(() => scope.close());
  const looked = await looking({ ...place, scope });
  const cache = join(dirname(place.root), "cache");
  const logged: string[] = [];
  const indexes = openIndexes({
    ...looked,
    scope,
    cacheFolder: cache,
    readAccess: noSecrets,
    log: (level, message) => void logged.push(`${level} ${message}`),
    status: createStatusFeed({ scope }),
    options: searchOptions.parse({ maxFileKb: options.maxFileKb ?? 1024, embedder: "none" }),
  });
  const access = noSecrets();
  const view = (waitMs?: number): Promise<IndexView> =>
    indexes.view(undefined, { access, report: () => {}, ...(waitMs === undefined ? {} : { waitMs }) });
  return {
    ...looked,
    indexes,
    cache,
    logged,
    whole: () => view(120_000),
    view: () => view(),
    close: () => scope.close(),
  };
}

/** All that a reader tells of an index, without what is another in an index that was built at once: ids and times. */
export function dump(reader: IndexReader): unknown {
  const files = reader.files().map(({ id, mtimeNs: _time, ...file }) => ({
    ...file,
    definitions: reader.definitionsIn(id).map(({ id: _id, file: _file, parent, ...rest }) => ({
      ...rest,
      parent: parent === undefined ? undefined : reader.definition(parent)?.name,
    })),
    references: reader.referencesIn(id).map(({ file: _file, within, ...rest }) => ({
      ...rest,
      within: within === undefined ? undefined : reader.definition(within)?.name,
    })),
    imports: reader.importsIn(id).map(({ file: _file, ...rest }) => rest),
  }));
  const byPath = new Map(reader.files().map(({ id, path }) => [id, path]));
  const units = Array.from({ length: 3_000 }, (_, index) => index + 1);
  const candidates = reader
    .candidates(units)
    .map(({ unit: _unit, file: _file, leaves, ...rest }) => ({
      ...rest,
      leaves: leaves.map(({ definition, ...leaf }) => ({ ...leaf, definition: definition?.name })),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.startLine - b.startLine));
  const edges = [...reader.edges()]
    .map(({ from, to, count }) => `${byPath.get(from)} ${byPath.get(to)} ${count}`)
    .sort();
  return { files, candidates, edges, totals: reader.totals() };
}

/** What looks at the ground's root as the server does. */
export async function looking(place: Ground): Promise<Looking> {
  const workspace = await openWorkspace([place.root], { scope: place.scope });
  const base = dirname(place.root);
  const state = join(base, "state");
  const git = new Git({
    workspace,
    trust: new RepositoryTrust(state),
    home: join(base, "home"),
    stateFolder: state,
    scope: place.scope,
  });
  const [root] = workspace.roots;
  if (root === undefined) throw new Error("no root");
  return { ground: { workspace, git, root, access: noSecrets() }, workspace, git };
}
