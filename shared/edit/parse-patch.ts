import { ToolError } from "../errors.ts";
import { beginsHunk, endsFile, patchLines } from "./patch-line.ts";
import { type Hunk, patchError, type PatchFile } from "./patch.ts";
import { beginsFile, type FileHeader, readFileHeader } from "./read-file-header.ts";
import { readHunk } from "./read-hunk.ts";

export type { PatchFile } from "./patch.ts";

interface Section extends FileHeader {
  readonly hunks: Hunk[];
}

/**
 * Reads a unified diff over any number of files, plain or from git, with text around it.
 * `invalid_input` names the line of the patch that cannot be followed.
 */
export function parsePatch(patch: string): readonly PatchFile[] {
  const sections = readSections(patchLines(patch));
  if (sections.length === 0)
    throw new ToolError("invalid_input", "the patch names no file", {
      hint: "A unified diff is expected: --- a/path, +++ b/path, then hunks that begin with @@ -12,3 +12,4 @@.",
    });
  for (const section of sections) refuseEmpty(section);
  const files = sections.map(({ file, hunks }) => ({ ...file, hunks }));
  refuseTwice(files);
  return files;
}

/** Every path that the patch would write or remove; none when it cannot be followed, since then nothing is done. */
export function patchPaths(patch: string): readonly string[] {
  return [...new Set(parsedOrNone(patch).flatMap(pathsChanged))];
}

/** The paths that the patch copies from, and so only reads; none when it cannot be followed. */
export function patchReads(patch: string): readonly string[] {
  return parsedOrNone(patch).flatMap(({ kind, from }) =>
    kind === "copy" && from !== undefined ? [from] : [],
  );
}

function parsedOrNone(patch: string): readonly PatchFile[] {
  try {
    return parsePatch(patch);
  } catch (error) {
    if (error instanceof ToolError) return [];
    throw error;
  }
}

function pathsChanged({ kind, from, to }: PatchFile): string[] {
  const paths = kind === "copy" ? [to] : [from, to];
  return [...new Set(paths)].filter((path) => path !== undefined);
}

function readSections(lines: readonly string[]): Section[] {
  const sections: Section[] = [];
  let current: Section | undefined;
  let at = 0;
  while (at < lines.length) {
    if (beginsFile(lines, at)) {
      const header = readFileHeader(lines, at);
      current = { ...header, hunks: [] };
      sections.push(current);
      at = header.next;
    } else if (beginsHunk(lines[at] ?? "")) {
      at = addHunk(lines, at, current);
    } else {
      refuseForeign(lines[at] ?? "", at + 1);
      if (endsFile(lines, at)) current = undefined;
      else if (current !== undefined) refuseLoose(lines[at] ?? "", at + 1);
      at += 1;
    }
  }
  return sections;
}

function addHunk(lines: readonly string[], at: number, section: Section | undefined): number {
  if (section === undefined)
    throw patchError(at + 1, "a hunk comes before any file", "Put --- a/path and +++ b/path before it.");
  const { kind } = section.file;
  if (section.hunks.length > 0 && (kind === "create" || kind === "delete"))
    throw patchError(at + 1, `a file to ${kind} has only one hunk`, "Put all its lines into the first hunk.");
  const { hunk, next } = readHunk(lines, at, kind);
  section.hunks.push(hunk);
  return next;
}

/** Forms of a patch that are not followed, and must not be taken for text around one. */
function refuseForeign(line: string, number: number): void {
  if (line === "GIT binary patch" || (line.startsWith("Binary files ") && line.endsWith(" differ")))
    throw patchError(
      number,
      "a binary file cannot be patched",
      "Leave it out of the patch; write it as a whole instead.",
    );
  if (line.startsWith("@@@") || /^diff --(?:cc|combined) /u.test(line))
    throw patchError(
      number,
      "a combined diff (of a merge) cannot be applied",
      "Make a diff against one parent.",
    );
  if (line === "*** Begin Patch")
    throw patchError(
      number,
      "this is not a unified diff",
      "A unified diff is expected: --- a/path, +++ b/path, then hunks that begin with @@ -12,3 +12,4 @@.",
    );
}

/** Lines after a hunk are not dropped silently when they look like changes. */
function refuseLoose(line: string, number: number): void {
  if (!/^[-+]/u.test(line)) return;
  throw patchError(
    number,
    "a changed line is in no hunk",
    "Begin each hunk with a line such as @@ -12,3 +12,4 @@.",
  );
}

function refuseEmpty({ file, hunks, wantsHunks }: Section): void {
  if (hunks.length > 0) return;
  if (!wantsHunks && (file.kind !== "change" || file.executable !== undefined)) return;
  throw patchError(
    file.line,
    "no hunk follows for this file",
    "Add its hunks, each after a line such as @@ -12,3 +12,4 @@.",
  );
}

function refuseTwice(files: readonly PatchFile[]): void {
  const seen = new Map<string, number>();
  for (const file of files) {
    for (const path of pathsChanged(file)) {
      const before = seen.get(path);
      if (before !== undefined)
        throw patchError(
          file.line,
          `the file was already in the patch, at line ${before}`,
          "Put all its hunks under one header, or apply two patches one after the other.",
        );
      seen.set(path, file.line);
    }
  }
}
