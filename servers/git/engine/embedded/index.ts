import { createHash } from "node:crypto";
import { isUtf8 } from "node:buffer";
import { join } from "node:path";
import { ToolError } from "../../../../shared/errors.ts";
import type { GitFiles } from "../../../../shared/git/git-files.ts";
import type { Repository } from "../../../../shared/git/repository.ts";
import { needsGit } from "./needs-git.ts";

const MAX_INDEX = 256 * 1024 * 1024;
const HEADER = 12;
const HASH = 20;
/** Where the flags of an entry stand, and where its name follows. */
const FLAGS = 60;
const ASSUME_VALID = 0x8000;
const EXTENDED = 0x4000;
const SKIP_WORKTREE = 0x4000;
const INTENT_TO_ADD = 0x2000;

/** No git writes these: they lead out of the working tree, or into git's own folder. */
const ODD_PATH = /(?:^|\/)(?:\.{0,2}|\.git)(?:\/|$)/iu;

/** One line of the index. */
export interface IndexEntry {
  readonly path: string;
  readonly mode: number;
  readonly hash: string;
  /** 0, or of a conflict: 1 where both came from, 2 ours, 3 theirs. */
  readonly stage: number;
  /** Bytes and milliseconds of the file when it was last compared; 0 bytes when it was not. */
  readonly size: number;
  readonly mtimeMs: number;
  /** Said by the person not to have changed. */
  readonly assumeValid: boolean;
  /** Left out of the working tree on purpose. */
  readonly skipWorktree: boolean;
  /** Known to git only by name. */
  readonly intentToAdd: boolean;
}

/** Sorted as git does. Throws `unavailable` for a kind of index that only the program reads, `external` for damage. */
export async function readIndex(files: GitFiles, { gitDir }: Repository): Promise<IndexEntry[]> {
  const bytes = await files.bytes(join(gitDir, "index"), MAX_INDEX);
  if (bytes === undefined) return [];
  const version = bytes.length < HEADER + HASH ? 0 : bytes.readUInt32BE(4);
  if (bytes.toString("latin1", 0, 4) !== "DIRC" || version < 2) throw damaged();
  if (version > 4) throw needsGit(`an index of version ${version}`);
  const end = bytes.length - HASH;
  const sum = bytes.subarray(end);
  const isUnchecked = sum.every((byte) => byte === 0);
  if (!isUnchecked && !createHash("sha1").update(bytes.subarray(0, end)).digest().equals(sum))
    throw damaged();
  const reader: Reader = { bytes, at: HEADER, isPacked: version === 4, last: Buffer.alloc(0) };
  const entries: IndexEntry[] = [];
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    if (reader.at + FLAGS + 2 > end) throw damaged();
    entries.push(readEntry(reader));
  }
  expectPlain(bytes.subarray(reader.at, end));
  if (entries.some(({ path }) => ODD_PATH.test(path))) throw damaged();
  return entries;
}

interface Reader {
  readonly bytes: Buffer;
  at: number;
  /** Version 4 writes of each name only what differs from the one before. */
  readonly isPacked: boolean;
  last: Buffer;
}

function readEntry(reader: Reader): IndexEntry {
  const { bytes, at, isPacked } = reader;
  const flags = bytes.readUInt16BE(at + FLAGS);
  const isExtended = (flags & EXTENDED) !== 0;
  const more = isExtended ? bytes.readUInt16BE(at + FLAGS + 2) : 0;
  reader.at = at + FLAGS + (isExtended ? 4 : 2);
  const name = isPacked ? packedName(reader) : plainName(reader);
  // padded with one to eight NULs to a multiple of eight
  if (!isPacked) reader.at = at + ((reader.at - at + 8) & ~7);
  reader.last = name;
  if (!isUtf8(name)) throw needsGit("an index with names that are no UTF-8");
  return {
    path: name.toString("utf8"),
    mode: bytes.readUInt32BE(at + 24),
    hash: bytes.toString("hex", at + 40, at + FLAGS),
    stage: (flags >> 12) & 3,
    size: bytes.readUInt32BE(at + 36),
    mtimeMs: bytes.readUInt32BE(at + 8) * 1_000 + Math.floor(bytes.readUInt32BE(at + 12) / 1_000) / 1_000,
    assumeValid: (flags & ASSUME_VALID) !== 0,
    skipWorktree: (more & SKIP_WORKTREE) !== 0,
    intentToAdd: (more & INTENT_TO_ADD) !== 0,
  };
}

function plainName(reader: Reader): Buffer {
  const end = reader.bytes.indexOf(0, reader.at);
  if (end === -1) throw damaged();
  const name = reader.bytes.subarray(reader.at, end);
  reader.at = end;
  return name;
}

function packedName(reader: Reader): Buffer {
  let byte = reader.bytes[reader.at++] ?? 0;
  let cut = byte & 0x7f;
  while (byte >= 0x80) {
    byte = reader.bytes[reader.at++] ?? 0;
    cut = (cut + 1) * 128 + (byte & 0x7f);
  }
  const kept = reader.last.subarray(0, Math.max(0, reader.last.length - cut));
  const name = Buffer.concat([kept, plainName(reader)]);
  reader.at += 1;
  return name;
}

/** Small letters name what cannot be left out: an index in two files, or one with whole folders as entries. */
function expectPlain(extensions: Buffer): void {
  for (let at = 0; at + 8 <= extensions.length; at += 8 + extensions.readUInt32BE(at + 4)) {
    const name = extensions.toString("latin1", at, at + 4);
    if (!/^[A-Z]/u.test(name)) throw needsGit(name === "link" ? "a split index" : "a sparse index");
  }
}

function damaged(): ToolError {
  return new ToolError("external", "the index is damaged", {
    hint: "The person can install git; removing the index file and git reset make a new one.",
  });
}
