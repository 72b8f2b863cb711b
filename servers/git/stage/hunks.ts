import { join } from "node:path";
import { ToolError } from "../../../shared/errors.ts";
import { pathspec } from "../../../shared/git/paths.ts";
import { readBlobs, writeBlob } from "../change/blobs.ts";
import { namePaths } from "../text/name-paths.ts";
import { putInIndex, type IndexEntry } from "../change/put-in-index.ts";
import { isNothing, type RawSide } from "../change/raw-changes.ts";
import type { Work } from "../change/work.ts";
import { explainNothing, refuseFiltered, refuseInner, refuseSecrets } from "./refuse.ts";
import { selectLines, type LineRange } from "./select-lines.ts";
import { stagedChanges } from "./unstage.ts";

/** Lines of one file: of the working tree when they are staged, of the index when they are taken back. */
export interface FileHunk extends LineRange {
  /** As the repository calls it. */
  readonly path: string;
}

const FILE = /^100(?:644|755)$/u;

/** Puts exactly the changed lines that lie in the ranges into the index. Gives how many files. */
export async function stageHunks(work: Work, hunks: readonly FileHunk[]): Promise<number> {
  const ranges = byPath(hunks);
  const paths = [...ranges.keys()];
  refuseSecrets(work, paths);
  await refuseInner(work, paths);
  await refuseFiltered(work, paths);
  const standing = await entriesOf(work, paths);
  await explainIgnored(
    work,
    paths.filter((path) => !standing.has(path)),
  );
  const entries: IndexEntry[] = [];
  for (const [path, lines] of ranges) {
    const known = standing.get(path);
    const tree = await treeSide(work, path, known);
    const texts = await textsOf(work, { path, from: known, to: tree });
    const { text, taken, changes } = selectLines(texts, inRanges(lines));
    if (taken === 0) throw noChange(work, path, changes);
    entries.push({ path, mode: tree.mode, hash: await writeBlob(work, Buffer.from(text, "latin1")) });
  }
  await putInIndex(work, entries);
  return entries.length;
}

/** Takes exactly the staged lines that lie in the ranges back to HEAD. Gives how many files. */
export async function unstageHunks(work: Work, hunks: readonly FileHunk[]): Promise<number> {
  const ranges = byPath(hunks);
  const staged = await stagedChanges(work, [...ranges.keys()]);
  const entries: IndexEntry[] = [];
  for (const [path, lines] of ranges) {
    const change = staged.find((each) => each.path === path);
    if (change === undefined) throw noChange(work, path, []);
    const { from, to } = change;
    if (!FILE.test(to.mode) || !(FILE.test(from.mode) || isNothing(from))) throw onlyWhole(work, path);
    const texts = await textsOf(work, { path, from: isNothing(from) ? undefined : from, to });
    const isTaken = inRanges(lines);
    if (selectLines(texts, isTaken).taken === 0)
      throw noChange(work, path, selectLines(texts, isTaken).changes);
    const { text, taken } = selectLines(texts, (line) => !isTaken(line));
    if (taken === 0) entries.push({ path, ...from });
    else entries.push({ path, mode: to.mode, hash: await writeBlob(work, Buffer.from(text, "latin1")) });
  }
  await putInIndex(work, entries);
  return entries.length;
}

function byPath(hunks: readonly FileHunk[]): Map<string, LineRange[]> {
  const ranges = new Map<string, LineRange[]>();
  for (const { path, startLine, endLine } of hunks) {
    if (endLine < startLine)
      throw new ToolError("invalid_input", `endLine ${endLine} comes before startLine ${startLine}`, {
        hint: "Both lines are included; give endLine the same or a larger number.",
      });
    const known = ranges.get(path) ?? [];
    ranges.set(path, [...known, { startLine, endLine }]);
  }
  return ranges;
}

function inRanges(ranges: readonly LineRange[]): (line: number) => boolean {
  return (line) => ranges.some(({ startLine, endLine }) => startLine <= line && line <= endLine);
}

/** What stands in the index at these very paths. Throws `conflict`. */
async function entriesOf(
  { git, signal, repository }: Work,
  paths: readonly string[],
): Promise<ReadonlyMap<string, RawSide>> {
  const args = ["ls-files", "--stage", "-z", "--", ...paths.map(pathspec)];
  const lines = (await git.text(repository, args, { signal })).split("\0").slice(0, -1);
  const entries = new Map<string, RawSide>();
  for (const line of lines) {
    const [, mode = "", hash = "", stage, path = ""] = /^(\d+) ([0-9a-f]+) (\d)\t(.*)$/su.exec(line) ?? [];
    if (stage !== "0")
      throw new ToolError("conflict", `${namePaths(repository, [path])} is in conflict: stage it whole`, {
        hint: "Edit it until no conflict marks are left, then give it in paths.",
      });
    entries.set(path, { mode, hash });
  }
  return entries;
}

/** Throws `denied` for files that git ignores, `not_found` for what is not there. */
async function explainIgnored(work: Work, paths: readonly string[]): Promise<void> {
  const files = work.git.files(work.signal);
  for (const path of paths)
    if ((await files.kindOf(join(work.repository.workTree, path))) !== "file")
      throw new ToolError("not_found", `there is no file at ${namePaths(work.repository, [path])}`, {
        hint: "Lines are those of a file in the working tree; a deletion is staged by paths.",
      });
  if (paths.length === 0) return;
  const { git, signal, repository } = work;
  const stdin = paths.map((path) => `${path}\0`).join("");
  const { exitCode } = await git.run(repository, ["check-ignore", "-q", "-z", "--stdin"], {
    signal,
    ok: [0, 1],
    stdin,
  });
  if (exitCode === 0) await explainNothing(work, paths);
}

/** The file of the working tree as git would store it: line ends as its attributes and settings have them. */
async function treeSide(work: Work, path: string, known: RawSide | undefined): Promise<RawSide> {
  const { context, repository } = work;
  const located = context.workspace.locate(join(repository.workTree, path));
  const { kind } = await context.workspace.stat(located, context.access);
  if (kind !== "file" || (known !== undefined && !FILE.test(known.mode))) throw onlyWhole(work, path);
  await using file = await context.workspace.openFile(located, context.access);
  const hash = await writeBlob(work, await file.read(0, file.stat.size), path);
  const fresh = (file.stat.mode & 0o100) === 0 ? "100644" : "100755";
  return { mode: known?.mode ?? fresh, hash };
}

async function textsOf(
  work: Work,
  { path, from, to }: { readonly path: string; readonly from: RawSide | undefined; readonly to: RawSide },
): Promise<{ oldText: string; newText: string }> {
  const [newBytes, oldBytes] = await readBlobs(work, from === undefined ? [to.hash] : [to.hash, from.hash]);
  const texts = {
    oldText: oldBytes?.toString("latin1") ?? "",
    newText: newBytes?.toString("latin1") ?? "",
  };
  if (texts.oldText.includes("\0") || texts.newText.includes("\0")) throw onlyWhole(work, path);
  return texts;
}

function onlyWhole({ repository }: Work, path: string): ToolError {
  return new ToolError("invalid_input", `${namePaths(repository, [path])} has no lines that could be taken`, {
    hint: "A link, a submodule, a deleted or a binary file goes whole: give it in paths.",
  });
}

function noChange({ repository }: Work, path: string, changes: readonly LineRange[]): ToolError {
  const where = changes
    .slice(0, 10)
    .map(({ startLine, endLine }) => (startLine === endLine ? `${startLine}` : `${startLine}-${endLine}`));
  const more = changes.length > where.length ? " and more" : "";
  return new ToolError("not_found", `no change of ${namePaths(repository, [path])} lies in these lines`, {
    hint: where.length === 0 ? "It has no changes at all." : `Its changed lines: ${where.join(", ")}${more}.`,
  });
}
