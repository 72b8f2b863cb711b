import { join } from "node:path";
import { ToolError } from "../../../shared/errors.ts";
import type { GitContext } from "../deps.ts";
import { manyLines } from "../text/foreign.ts";
import { mayShow } from "../open.ts";
import type { Scene } from "../change/scene.ts";

/** A path that was not merged. */
export interface Conflict {
  readonly path: string;
  /** In git's words, such as `both modified`. */
  readonly kind: string;
}

/** One place of a file where both sides are shown, markers included. */
export interface Hunk {
  /** Of the marker that opens it, from 1. */
  readonly line: number;
  readonly lines: readonly string[];
}

/** Which of base, ours and theirs have the path. */
const KINDS: Readonly<Record<string, string>> = {
  "123": "both modified",
  "23": "both added",
  "12": "deleted by them",
  "13": "deleted by us",
  "1": "both deleted",
  "2": "added by us",
  "3": "added by them",
};
const MAX_BYTES = 4 * 1024 * 1024;

/** Every path that is not merged, in git's order. */
export async function conflictsOf({
  git,
  repository,
  signal,
}: Pick<Scene, "git" | "repository" | "signal">): Promise<Conflict[]> {
  const text = await git.text(repository, ["ls-files", "--unmerged", "--full-name", "-z"], { signal });
  const stages = new Map<string, string>();
  for (const entry of text.split("\0")) {
    const [, stage = "", path = ""] = /^\d+ [0-9a-f]+ (\d)\t(.*)$/su.exec(entry) ?? [];
    if (path !== "") stages.set(path, `${stages.get(path) ?? ""}${stage}`);
  }
  return [...stages].map(([path, which]) => ({ path, kind: KINDS[which] ?? "not merged" }));
}

/** Both sides of each conflict in a file, or in a few words why they cannot be shown. */
export async function hunksIn(
  context: GitContext,
  { repository }: Pick<Scene, "repository">,
  path: string,
): Promise<readonly Hunk[] | string> {
  if (!mayShow(context, repository, path)) return "its contents are not shown: it may hold secrets";
  const bytes = await contentOf(context, join(repository.workTree, path));
  if (typeof bytes === "string") return bytes;
  if (bytes.includes(0)) return "binary; git_restore with ref takes one side";
  const hunks = parseHunks(manyLines(bytes.toString("utf8").replaceAll("\r\n", "\n")));
  return hunks.length === 0 ? "no markers are left in it: git_stage it when it is right" : hunks;
}

async function contentOf({ workspace, access }: GitContext, path: string): Promise<Buffer | string> {
  try {
    await using file = await workspace.openFile(workspace.locate(path), access);
    if (file.stat.size > MAX_BYTES) return "too large to be shown here";
    return await file.read(0, file.stat.size);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (error.code === "not_found") return "there is no such file now";
    return error.code === "denied" ? "its contents are not shown" : "no file; look at it with git_status";
  }
}

/** Where a line opens, divides or closes a conflict; all markers of one conflict are of one length. */
function parseHunks(text: string): Hunk[] {
  const hunks: Hunk[] = [];
  let open: { line: number; lines: string[]; size: number } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const [, marker = ""] = /^(<{7,}|>{7,})(?: |$)/u.exec(line) ?? [];
    if (marker.startsWith("<") && open === undefined)
      open = { line: index + 1, lines: [], size: marker.length };
    open?.lines.push(line);
    if (open === undefined || !marker.startsWith(">") || marker.length !== open.size) continue;
    hunks.push({ line: open.line, lines: open.lines });
    open = undefined;
  }
  return hunks;
}
