import { ToolError } from "../../../../shared/errors.ts";

/** What only the program can do; `what` begins the sentence: `git_blame`, `a shallow push`. */
export function needsGit(what: string): ToolError {
  return new ToolError("unavailable", `${what} needs the git program, which is not installed`, {
    hint: "The person can install git, or put its folder into PATH.",
  });
}
