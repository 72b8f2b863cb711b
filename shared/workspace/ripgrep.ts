import { ToolError } from "../errors.ts";
import { start } from "../process/start.ts";
import { checkGlobs } from "./glob.ts";
import { RecordReader, WHOLE_LINE_BYTES, type Found } from "./ripgrep-records.ts";
import { ripgrepProgram } from "./ripgrep-program.ts";

export interface RipgrepRequest {
  /** A regular expression of ripgrep's, or the text itself. */
  readonly pattern: string;
  readonly literal: boolean;
  readonly ignoreCase: boolean;
  /** Matches may go over line ends. */
  readonly multiline: boolean;
  /** Relative to the searched directory; `!` leaves out. */
  readonly globs: readonly string[];
  /** Also what git ignores. `.git` itself is never searched. */
  readonly ignored: boolean;
  /**
   * Whether the searched directory lies in a repository: then ignore files count up to where that begins, else
   * those in the directory itself and below. Never those above, which may well say to ignore everything.
   */
  readonly inRepository: boolean;
  /** Only the first line of each file. */
  readonly firstOnly: boolean;
  /** In the order of paths: slower, since one thread must do it. */
  readonly sorted: boolean;
  /** A directory to search, or an open file as its descriptor. */
  readonly where: { readonly directory: string } | { readonly file: number };
}

/**
 * What ripgrep finds, as it finds it. The program is killed when the iteration ends early or the signal fires.
 * Throws `invalid_input` for a pattern or glob that ripgrep refuses, `unavailable` without ripgrep.
 */
export async function* ripgrep(request: RipgrepRequest, signal: AbortSignal): AsyncGenerator<Found[]> {
  checkGlobs(request.globs);
  const { where } = request;
  await using running = await start(await ripgrepProgram(), argumentsOf(request), {
    signal,
    ...("directory" in where ? { cwd: where.directory } : { stdin: where.file }),
  });
  const reader = new RecordReader();
  for await (const chunk of running.stdout) {
    const found = reader.push(chunk);
    if (found.length > 0) yield found;
  }
  const { exitCode, stderr } = await running.ended;
  // 2 without words means that some file could not be read, which is no reason to give up the others.
  if (exitCode === 2 && stderr.trim() !== "") throw refused(request, stderr);
}

function argumentsOf(request: RipgrepRequest): string[] {
  const optional: readonly (readonly [boolean, ...string[]])[] = [
    [request.literal, "--fixed-strings"],
    [request.ignoreCase, "--ignore-case"],
    [request.multiline, "--multiline"],
    [request.ignored, "--no-ignore"],
    [request.firstOnly, "--max-count", "1"],
    [request.sorted, "--sort", "path"],
    [!request.inRepository, "--no-require-git", "--no-ignore-parent"],
  ];
  return [
    ...ALWAYS,
    ...optional.flatMap(([wanted, ...flags]) => (wanted ? flags : [])),
    ...request.globs.flatMap((glob) => ["--glob", plainGlob(glob)]),
    // The last glob wins, so no other can bring it back.
    "--glob",
    "!.git",
    "-e",
    request.pattern,
    "--",
    "directory" in request.where ? "./" : "-",
  ];
}

const ALWAYS = [
  "--no-config",
  "--no-messages",
  "--color=never",
  "--no-heading",
  "--with-filename",
  "--null",
  "--line-number",
  "--column",
  "--byte-offset",
  "--crlf",
  "--hidden",
  // Only what the tree's own git ignore files name is left out.
  "--no-ignore-dot",
  "--no-ignore-global",
  // A file that shrinks while it is mapped would kill the search.
  "--no-mmap",
  `--max-columns=${WHOLE_LINE_BYTES}`,
  "--max-columns-preview",
];

/** `./a` means `a` here, and `a/` all that is below it, as in every other tool. */
function plainGlob(glob: string): string {
  const plain = glob.replace(/^(!?)(?:\.\/)+/, "$1");
  return plain.endsWith("/") ? `${plain}**` : plain;
}

function refused(request: RipgrepRequest, stderr: string): ToolError {
  if (stderr.includes("error parsing glob"))
    return new ToolError("invalid_input", "one of the globs is not valid", { details: stderr.trim() });
  const hint = request.multiline
    ? "Mend it, or search for the text itself with literal: true."
    : "Mend it, search for the text itself with literal: true, or over line ends with multiline: true.";
  return new ToolError("invalid_input", "ripgrep does not understand the pattern", {
    hint,
    details: stderr.trim(),
  });
}
