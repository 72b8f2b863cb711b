import type { Person } from "../shapes.ts";

/** One object, whole. */
export interface StoredObject {
  readonly hash: string;
  readonly kind: "commit" | "tree" | "blob" | "tag";
  readonly bytes: Buffer;
}

export interface StoredCommit {
  readonly hash: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
}

export interface TreeEntry {
  /** As git's indexes have it: 0o100644, 0o100755, 0o120000, 0o160000, 0o040000. */
  readonly mode: number;
  readonly name: string;
  readonly hash: string;
}

export const DIRECTORY = 0o040000;
export const LINK = 0o120000;
export const SUBMODULE = 0o160000;
const KIND_BITS = 0o170000;

/** A regular file, a link, a directory or a submodule, without its permissions. */
export function kindBits(mode: number): number {
  return mode & KIND_BITS;
}

export function parseCommit({ hash, bytes }: StoredObject): StoredCommit {
  const end = endOfHead(bytes);
  const lines = bytes.toString("utf8", 0, end).split("\n");
  const values = (key: string): string[] =>
    lines.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  const [encoding] = values("encoding");
  const decoder = decoderOf(encoding);
  const text = (part: Buffer): string => decoder.decode(part);
  const person = (key: string): Person => {
    const at = bytes.indexOf(`\n${key} `) + key.length + 2;
    return personOf(text(bytes.subarray(at, bytes.indexOf("\n", at))));
  };
  const [message = ""] = text(bytes.subarray(end + 2)).split("\0", 1);
  return {
    hash,
    tree: values("tree")[0] ?? "",
    parents: values("parent"),
    author: person("author"),
    committer: person("committer"),
    message: message.endsWith("\n") ? message.slice(0, -1) : message,
  };
}

/** What a tag points to, and its message. */
export function parseTag({ bytes }: StoredObject): { readonly target: string; readonly message: string } {
  const end = endOfHead(bytes);
  const [, target = ""] = /^object ([0-9a-f]+)$/mu.exec(bytes.toString("latin1", 0, end)) ?? [];
  return { target, message: bytes.toString("utf8", end + 2) };
}

export function parseTree({ bytes, hash }: StoredObject): TreeEntry[] {
  const entries: TreeEntry[] = [];
  const width = hash.length / 2;
  for (let from = 0; from < bytes.length;) {
    const space = bytes.indexOf(0x20, from);
    const end = bytes.indexOf(0, space);
    if (space === -1 || end === -1) break;
    entries.push({
      mode: canonical(Number.parseInt(bytes.toString("latin1", from, space), 8)),
      name: bytes.toString("utf8", space + 1, end),
      hash: bytes.toString("hex", end + 1, end + 1 + width),
    });
    from = end + 1 + width;
  }
  return entries;
}

/** The first paragraph, on one line. */
export function subjectOf(message: string): string {
  const [subject = ""] = message.replace(/^\n+/u, "").split(/\n[ \t\r]*(?:\n|$)/u, 1);
  return subject.replaceAll("\n", " ");
}

function canonical(mode: number): number {
  if (kindBits(mode) !== 0o100000) return kindBits(mode);
  return (mode & 0o100) === 0 ? 0o100644 : 0o100755;
}

function endOfHead(bytes: Buffer): number {
  const end = bytes.indexOf("\n\n");
  return end === -1 ? bytes.length : end;
}

function decoderOf(encoding: string | undefined): { decode(bytes: Buffer): string } {
  if (encoding !== undefined && /^(?:iso-?8859-?1|latin-?1)$/iu.test(encoding))
    return { decode: (bytes) => bytes.toString("latin1") };
  try {
    return new TextDecoder(encoding ?? "utf-8", { ignoreBOM: true });
  } catch {
    return new TextDecoder("utf-8", { ignoreBOM: true });
  }
}

function personOf(line: string): Person {
  const [, name = "", email = "", date = ""] = /^(.*?)<([^>]*)>(.*)$/su.exec(line) ?? [];
  const [, at = "0", zone = "+0000"] = /(\d+) +([+-]\d+)$/u.exec(date) ?? [];
  const minutes = Number(zone);
  return {
    name: name.trim(),
    email: email.trim(),
    at: Number(at),
    zone: `${minutes < 0 ? "-" : "+"}${String(Math.abs(minutes)).padStart(4, "0")}`,
  };
}
