import { ToolError, type ErrorCode } from "../errors.ts";
import { NETWORK_FAILURES } from "./network-failures.ts";
import { withoutSecrets } from "./remote-url.ts";

/** Words of git and what they mean to us. */
export interface KnownFailure {
  readonly said: RegExp;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** What git says when something that people can act on is wrong, in the words of all its versions since 2.34. */
const KNOWN: readonly KnownFailure[] = [
  {
    said: /index\.lock': File exists|[Uu]nable to write (?:new )?index|unable to lock|could not lock config file|Unable to create '.*\.lock': File exists|cannot lock ref .*File exists/u,
    code: "conflict",
    message: "another git process is at work in this repository, or one died and left its lock",
    hint: "Try again in a moment; if it stays so, the person has to remove the .lock file in the git folder.",
  },
  {
    said: /Please tell me who you are|unable to auto-detect email|empty ident name|no (?:name|email) was given/iu,
    code: "unavailable",
    message: "git does not know who commits",
    hint: "The person sets it: git config --global user.name and git config --global user.email",
  },
  {
    said: /Your local changes to the following files would be overwritten|would be overwritten by (?:merge|checkout)|local changes .*would be overwritten|cannot (?:rebase|pull|switch).*(?:unstaged|uncommitted)|your index contains uncommitted changes|not up ?to ?date\. Cannot merge/iu,
    code: "conflict",
    message: "changes in the working tree are in the way",
    hint: "Commit them, or put them aside with git_stash; then try again.",
  },
  {
    said: /untracked working tree files? would be (?:overwritten|removed)/iu,
    code: "conflict",
    message: "files that git does not track are in the way",
    hint: "Move or delete them, or stage and commit them; then try again.",
  },
  {
    said: /you need to resolve your current index first|unmerged files|is not possible because you have unmerged|you have not concluded your merge|unmerged paths/iu,
    code: "conflict",
    message: "a merge is not finished: files still have conflicts",
    hint: "git_merge with action conflicts shows them; edit, git_stage, then action continue, or action abort.",
  },
  {
    said: /unknown revision|bad revision|not a valid object name|invalid object name|Not a valid commit|ambiguous argument|Needed a single revision/iu,
    code: "not_found",
    message: "git knows no such revision",
    hint: "git_branches lists names, git_log shows hashes.",
  },
  {
    said: /already (?:checked out|used by worktree) at/iu,
    code: "conflict",
    message: "that branch is checked out in another work tree",
    hint: "Work there, or switch with detach.",
  },
  {
    said: /transport '.*' not allowed|missing blob|promisor|could not fetch .* from promisor|bad object|unable to read (?:tree|sha1|[0-9a-f]{40})/iu,
    code: "unavailable",
    message: "git does not have all the objects that this needs",
    hint: "The repository is partial, shallow or damaged; the person can run git fetch, or git fsck.",
  },
  {
    said: /aborted by hook|hook refused to|Not committing merge; use/u,
    code: "external",
    message: "a hook of this repository refused it",
    hint: "Mend what it says below; then try again.",
  },
  {
    said: /expected commit type/u,
    code: "invalid_input",
    message: "that revision is no commit",
    hint: "git_log shows commits, git_branches branches and tags.",
  },
  {
    said: /this operation must be run in a work tree/iu,
    code: "invalid_input",
    message: "this repository is bare: it has no working tree",
    hint: "Only its history can be looked at.",
  },
];

/** What a failed run of git is for the model: our sentence where we know the cause, with git's words as details. */
export function explainFailure(stderr: string, exitCode: number | undefined, doing: string): ToolError {
  return (
    known(KNOWN, stderr, stderr) ??
    new ToolError("external", `${doing} ${ending(exitCode)}`, {
      hint: "Read what git said below; git_status shows where the repository stands.",
      details: detailsOf(stderr),
    })
  );
}

/** As `explainFailure`, of a run that reached a remote: what that said itself is shown and believed in nothing. */
export function explainRemoteFailure(stderr: string, exitCode: number | undefined, doing: string): ToolError {
  const ours = stderr.replaceAll(/^remote: .*$/gmu, "");
  return (
    known([...NETWORK_FAILURES, ...KNOWN], ours, stderr) ??
    new ToolError("external", `${doing} ${ending(exitCode)}`, {
      hint: "Read what git and the remote said below.",
      details: detailsOf(stderr),
    })
  );
}

function known(list: readonly KnownFailure[], words: string, stderr: string): ToolError | undefined {
  const found = list.find(({ said }) => said.test(words));
  if (found === undefined) return undefined;
  return new ToolError(found.code, found.message, { hint: found.hint, details: detailsOf(stderr) });
}

function ending(exitCode: number | undefined): string {
  return exitCode === undefined ? "was stopped" : `failed (exit code ${exitCode})`;
}

/** An address that git repeats may hold a password. */
function detailsOf(stderr: string): string {
  return withoutSecrets(stderr.trim());
}
