import { TextDiffer } from "../../shared/edit/text-differ.ts";
import { Git } from "../../shared/git/git.ts";
import { RepositoryTrust } from "../../shared/policy/repository-trust.ts";
import { defineServer } from "../../shared/server.ts";
import { openEngines } from "./engine/engines.ts";
import { gitOptions } from "./options.ts";
import { completeRef, readResource, URI_TEMPLATE } from "./read-resource.ts";
import gitDiff from "./tools/git-diff.ts";
import gitShow from "./tools/git-show.ts";
import gitFetch from "./tools/git-fetch.ts";
import gitPush from "./tools/git-push.ts";
import gitCommit from "./tools/git-commit.ts";
import gitRestore from "./tools/git-restore.ts";
import gitStash from "./tools/git-stash.ts";
import gitStage from "./tools/git-stage.ts";
import gitStatus from "./tools/git-status.ts";
import gitLog from "./tools/git-log.ts";
import gitMerge from "./tools/git-merge.ts";
import gitSwitch from "./tools/git-switch.ts";
import gitWorktree from "./tools/git-worktree.ts";
import gitBlame from "./tools/git-blame.ts";
import gitBranches from "./tools/git-branches.ts";
import gitChangelog from "./tools/git-changelog.ts";

export default defineServer({
  name: "git",
  summary: "Status, history and changes of git repositories, safe on hostile ones and short in words.",
  instructions:
    "Paths are relative to the root. git_status first. Look at changes with git_diff, at history with git_log and git_show; stage with git_stage, then git_commit. Answers begin with a line in brackets: what is shown, what is left out, and how to go on. Nothing of a repository (hooks, filters, signing) runs until the person trusts it with plumbline trust; answers name what was skipped.",
  options: gitOptions,
  tools: [
    gitStatus,
    gitDiff,
    gitLog,
    gitShow,
    gitStage,
    gitCommit,
    gitRestore,
    gitStash,
    gitBlame,
    gitSwitch,
    gitMerge,
    gitWorktree,
    gitFetch,
    gitPush,
    gitBranches,
    gitChangelog,
  ],
  resources: {
    templates: [
      {
        uriTemplate: URI_TEMPLATE,
        name: "revision",
        description: "A file at a revision; root is . for the first one, ref percent-encoded.",
      },
    ],
    owns: (uri) => uri.startsWith("git://"),
    read: readResource,
    complete: completeRef,
  },
  async open(options, { workspace, places, scope }) {
    const trust = new RepositoryTrust(places.state);
    const git = new Git({ workspace, home: places.home, stateFolder: places.state, trust, scope });
    const differ = new TextDiffer();
    scope.defer(() => differ.close());
    return { git, workspace, options, engines: openEngines(git), differ };
  },
});
