import { ToolError } from "../../../shared/errors.ts";
import type { GitRunIn } from "../engine/git/run.ts";

const MAX_BYTES = 64 * 1024 * 1024;

/** The contents of blobs, in the order of their hashes. */
export async function readBlobs(
  { git, repository, signal }: GitRunIn,
  hashes: readonly string[],
): Promise<Buffer[]> {
  const stdin = hashes.map((hash) => `${hash}\n`).join("");
  const { stdout, cut } = await git.run(repository, ["cat-file", "--batch"], {
    signal,
    stdin,
    maxBytes: MAX_BYTES,
  });
  if (cut)
    throw new ToolError("too_large", "the file is too large to be taken in parts", {
      hint: "Stage it whole: give it in paths.",
    });
  const blobs: Buffer[] = [];
  for (let at = 0; at < stdout.length;) {
    const end = stdout.indexOf(0x0a, at);
    const [, , size = ""] = stdout.toString("latin1", at, end).split(" ");
    blobs.push(stdout.subarray(end + 1, end + 1 + Number(size)));
    at = end + 2 + Number(size);
  }
  return blobs;
}

/** Stores bytes as they are; with a path as git would store such a file of the working tree. Gives the hash. */
export async function writeBlob(
  { git, repository, signal }: GitRunIn,
  bytes: Buffer,
  path?: string,
): Promise<string> {
  const as = path === undefined ? ["--no-filters"] : [`--path=${path}`];
  const args = ["hash-object", "-w", ...as, "--stdin"];
  return (await git.text(repository, args, { signal, writes: true, stdin: bytes })).trim();
}
