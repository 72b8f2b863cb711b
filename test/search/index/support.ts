import { dirname, join } from "node:path";
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
export function noSecrets(signal = new AbortController().signal): Access {
  return {
    signal,
    permit({ relative }) {
      if (/(?:^|\/)\.env(?:\.|$)|\.pem$/u.test(relative))
        throw new ToolError("denied", "it may hold secrets");
    },
  };
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
