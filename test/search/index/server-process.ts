import { join } from "node:path";
import { searchOptions } from "../../../servers/search/options.ts";
import { openIndexes } from "../../../servers/search/index/open-indexes.ts";
import { Git } from "../../../shared/git/git.ts";
import { RepositoryTrust } from "../../../shared/policy/repository-trust.ts";
import { Scope } from "../../../shared/scope.ts";
import { createStatusFeed } from "../../../shared/status/create-feed.ts";
import { openWorkspace } from "../../../shared/workspace/open-workspace.ts";

// A server process in small: begins to index a root and says how far it is, until somebody kills it.
const [root = "", cache = ""] = process.argv.slice(2);
const scope = new Scope();
const workspace = await openWorkspace([root], { scope });
const state = join(cache, "../state-of-child");
const git = new Git({ workspace, trust: new RepositoryTrust(state), home: state, stateFolder: state, scope });
const access = { signal: new AbortController().signal, permit: () => {} };
const indexes = openIndexes({
  workspace,
  git,
  cacheFolder: cache,
  readAccess: () => access,
  scope,
  log: () => {},
  status: createStatusFeed({ scope }),
  options: searchOptions.parse({ embedder: "none" }),
});
for (;;) {
  const view = await indexes.view(undefined, { access, report: () => {} });
  const { state: standing, indexed } = view.state();
  process.stdout.write(`${standing} ${indexed}\n`);
  await new Promise((resolve) => setTimeout(resolve, 20));
}
