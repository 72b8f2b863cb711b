import { Git } from "../../shared/git/git.ts";
import { RepositoryTrust } from "../../shared/policy/repository-trust.ts";
import { defineServer } from "../../shared/server.ts";
import { openIndexes } from "./index/open-indexes.ts";
import { searchOptions } from "./options.ts";
import explore from "./tools/explore.ts";
import findReferences from "./tools/find-references.ts";
import findSymbol from "./tools/find-symbol.ts";
import impact from "./tools/impact.ts";
import indexStatus from "./tools/index-status.ts";
import listDependencies from "./tools/list-dependencies.ts";
import listTodos from "./tools/list-todos.ts";
import mapRepository from "./tools/map-repository.ts";
import outline from "./tools/outline.ts";
import searchCode from "./tools/search-code.ts";

export default defineServer({
  name: "search",
  summary: "Finds code by what it does, in plain words, and walks its symbols: references, callers, impact.",
  instructions:
    "Ask search_code in plain words for code that does something; explore for how several parts work together; find_symbol and find_references for a name; impact before you change one. Exact text is search_text's. Answers begin with a line in brackets: what is shown, how the index stands and how to go on. The index builds itself and is brought up to date before each answer; a line that says it is still being built means that something may be missing.",
  options: searchOptions,
  tools: [
    searchCode,
    findSymbol,
    findReferences,
    outline,
    mapRepository,
    explore,
    impact,
    listTodos,
    listDependencies,
    indexStatus,
  ],
  async open(options, { workspace, places, scope, readAccess, log, status }) {
    const trust = new RepositoryTrust(places.state);
    const git = new Git({ workspace, home: places.home, stateFolder: places.state, trust, scope });
    const cacheFolder = places.cache;
    const indexes = openIndexes({ workspace, git, cacheFolder, readAccess, scope, log, status, options });
    return { indexes, workspace, git, options };
  },
});
