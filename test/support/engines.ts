import { join } from "node:path";
import { EmbeddedEngine } from "../../servers/git/engine/embedded/engine.ts";
import { GitEngine } from "../../servers/git/engine/git/engine.ts";
import type { Engine } from "../../servers/git/engine/shapes.ts";
import { Git } from "../../shared/git/git.ts";
import { RepositoryTrust } from "../../shared/policy/repository-trust.ts";
import type { OpenedWorkspace } from "./workspace.ts";

/** Both engines on one ground. */
export interface EnginePair {
  readonly git: Git;
  readonly program: Engine;
  readonly embedded: Engine;
}

export function enginePair({ workspace, root, scope }: OpenedWorkspace): EnginePair {
  const trust = new RepositoryTrust(join(root, "../state"));
  const git = new Git({
    workspace,
    home: join(root, "../home"),
    stateFolder: join(root, "../home/state"),
    scope,
    trust,
  });
  return { git, program: new GitEngine(git), embedded: new EmbeddedEngine(git) };
}
