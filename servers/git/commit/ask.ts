import { ToolError } from "../../../shared/errors.ts";
import type { Head } from "../../../shared/git/refs.ts";
import type { Underway } from "../../../shared/git/state.ts";

/** What a call of git_commit wants. */
export interface CommitAsk {
  readonly message?: string | undefined;
  readonly amend: boolean;
  readonly all: boolean;
  readonly allowEmpty: boolean;
}

/** Where the repository stands before a commit. */
export interface CommitGround {
  readonly head: Head;
  readonly underway: Underway | undefined;
}

/** Throws `invalid_input` and `conflict` for what git would refuse with less help, or would take and nobody wants. */
export function checkAsk({ message, amend }: CommitAsk, { head, underway }: CommitGround): void {
  if (message !== undefined && (message.trim() === "" || message.includes("\0")))
    throw new ToolError("invalid_input", "the message is empty or holds a NUL character", {
      hint: "Say in a line what changes, then a blank line and why.",
    });
  const hasOwn = underway === "merge" || underway === "cherry-pick" || underway === "revert";
  if (message === undefined && !amend && !hasOwn)
    throw new ToolError("invalid_input", "a commit needs a message", {
      hint: "Only amend, and the end of a merge, have one already.",
    });
  if (amend) checkAmend({ head, underway });
}

function checkAmend({ head, underway }: CommitGround): void {
  if (head.hash === undefined)
    throw new ToolError("conflict", "there is no commit yet that could be amended", {
      hint: "Commit without amend.",
    });
  if (underway === "merge" || underway === "cherry-pick")
    throw new ToolError("conflict", `a ${underway} is under way: its commit is not made yet`, {
      hint: "Commit without amend to conclude it, or git_merge with action abort.",
    });
}

/** The arguments of git but for the files; the message, when there is one, comes by standard input. */
export function commitArguments({ message, amend, allowEmpty }: CommitAsk): string[] {
  // a message of git's own holds comment lines about conflicts, one that is amended is kept as it is
  const cleanup = message !== undefined || amend ? "verbatim" : "strip";
  return [
    "commit",
    "--no-edit",
    `--cleanup=${cleanup}`,
    ...(message === undefined ? [] : ["--file=-"]),
    ...(amend ? ["--amend"] : []),
    ...(allowEmpty ? ["--allow-empty"] : []),
  ];
}
