import { ToolError } from "../../../../shared/errors.ts";
import type { GitRunIn } from "./run.ts";
import type { ObjectFacts, Person } from "../shapes.ts";

const MAX_BYTES = 32 * 1024 * 1024;
const HEADER = /^([0-9a-f]{40,64}) (commit|tree|blob|tag) (\d+)$/u;

/** One object, whole. */
export interface GitObject {
  readonly hash: string;
  readonly kind: "commit" | "tree" | "blob" | "tag";
  readonly bytes: Buffer;
}

/** One process for all; undefined for each that is not there. Throws `too_large` beyond 32 MiB. */
export async function readObjects(
  { git, repository, signal }: GitRunIn,
  specs: readonly string[],
): Promise<(GitObject | undefined)[]> {
  const odd = specs.some((spec) => spec.includes("\n"));
  const end = odd ? "\0" : "\n";
  const { stdout, cut } = await git.run(repository, ["cat-file", "--batch", ...(odd ? ["-z"] : [])], {
    signal,
    stdin: specs.map((spec) => spec + end).join(""),
    maxBytes: MAX_BYTES,
  });
  const objects: (GitObject | undefined)[] = [];
  for (let at = 0; at < stdout.length;) {
    const line = stdout.indexOf("\n", at);
    const size = line === -1 ? undefined : HEADER.exec(stdout.toString("latin1", at, line));
    if (size === null || size === undefined) {
      objects.push(undefined);
      at = endOfMissing(stdout, at);
      continue;
    }
    const [, hash = "", kind = "", length = ""] = size;
    const from = line + 1;
    const to = from + Number(length);
    if (cut && to > stdout.length) throw tooLarge(Number(length));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one of the four that the pattern names
    objects.push({ hash, kind: kind as GitObject["kind"], bytes: stdout.subarray(from, to) });
    at = to + 1;
  }
  return objects;
}

/** The name that was asked for comes back, with its own newlines. */
function endOfMissing(bytes: Buffer, at: number): number {
  const end = bytes.indexOf(" missing\n", at);
  return end === -1 ? bytes.length : end + " missing\n".length;
}

function tooLarge(size: number): ToolError {
  return new ToolError("too_large", `it has ${size} bytes at that revision, at most ${MAX_BYTES} are read`, {
    hint: "git_restore brings the file back, then read_file reads it by ranges.",
  });
}

/** What a hash is, with the text of an annotated tag. Throws `not_found`. */
export async function object(asked: GitRunIn, hash: string): Promise<ObjectFacts> {
  const [found] = await readObjects(asked, [hash]);
  if (found === undefined)
    throw new ToolError("not_found", "git knows no such object", {
      hint: "git_branches lists names, git_log shows hashes.",
    });
  return factsOf(found);
}

/** What is known of an object by itself. */
export function factsOf(found: GitObject): ObjectFacts {
  return found.kind === "tag" ? tagOf(found) : { kind: found.kind, hash: found.hash };
}

function tagOf({ hash, bytes }: GitObject): ObjectFacts {
  const text = bytes.toString("utf8");
  const end = text.indexOf("\n\n");
  const head = end === -1 ? text : text.slice(0, end);
  const value = (key: string): string => new RegExp(`^${key} (.*)$`, "mu").exec(head)?.[1] ?? "";
  const tagger = personOf(value("tagger"));
  return {
    kind: "tag",
    hash,
    name: value("tag"),
    ...(tagger === undefined ? {} : { tagger }),
    message: end === -1 ? "" : text.slice(end + 2).trimEnd(),
    target: value("object"),
    targetKind: value("type"),
  };
}

function personOf(line: string): Person | undefined {
  const [, name = "", email = "", at = "", zone = ""] =
    /^(.*?) ?<([^>]*)> (-?\d+) ([+-]\d+)$/u.exec(line) ?? [];
  return zone === "" ? undefined : { name, email, at: Number(at), zone };
}
