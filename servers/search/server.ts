import { Git } from "../../shared/git/git.ts";
import { RepositoryTrust } from "../../shared/policy/repository-trust.ts";
import { defineServer } from "../../shared/server.ts";
import { openIndexes } from "./index/open-indexes.ts";
import { searchOptions } from "./options.ts";
import findReferences from "./tools/find-references.ts";
import listDependencies from "./tools/list-dependencies.ts";
import listTodos from "./tools/list-todos.ts";
import searchCode from "./tools/search-code.ts";

export default defineServer({
  name: "search",
  summary: "Finds code by what it does, in plain words, and walks its symbols: references, callers, impact.",
  instructions:
    "Ask search_code in plain words for code that does something; explore for how several parts work together; find_symbol and find_references for a name; impact before you change one. Exact text is search_text's. Answers begin with a line in brackets: what is shown, how the index stands and how to go on. The index builds itself and is brought up to date before each answer; a line that says it is still being built means that something may be missing.",
  options: searchOptions,
  tools: [searchCode, findReferences, listTodos, listDependencies],
  async open(options, { workspace, places, scope, readAccess, log, status }) {
    const trust = new RepositoryTrust(places.state);
    const git = new Git({ workspace, home: places.home, stateFolder: places.state, trust, scope });
    const cacheFolder = places.cache;
    const indexes = openIndexes({ workspace, git, cacheFolder, readAccess, scope, log, status, options });
    return { indexes, workspace, git, options };
  },
});
