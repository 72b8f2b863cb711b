import { posix } from "node:path";
import type { Read } from "../../../instructions/merge/read.ts";
import type { Block, Document, Frontmatter, Source } from "../../../instructions/shapes.ts";

export const ROOT = "/home/me/app";

export interface Given {
  readonly source?: Partial<Source>;
  readonly frontmatter?: Partial<Frontmatter>;
  readonly body?: string;
}

/** A file of the project by its path in it, with what differs from a plain AGENTS.md. */
export function documentAt(
  shown: string,
  { source = {}, frontmatter = {}, body = `Text of ${shown}.` }: Given = {},
): Document {
  const dir = posix.dirname(shown) === "." ? "" : posix.dirname(shown);
  return {
    source: {
      path: `${ROOT}/${shown}`,
      shown,
      scope: dir === "" ? "project" : "directory",
      family: "agents",
      dir,
      base: posix.join(ROOT, source.dir ?? dir),
      role: "main",
      ...source,
    },
    frontmatter: {
      priority: "normal",
      type: "always",
      keywords: [],
      match: "any",
      tags: [],
      globs: [],
      override: false,
      ...frontmatter,
    },
    body,
    firstLine: 1,
    problems: [],
  };
}

/** The same, read: without imports, as it stands, and where it is named. */
export function readAt(shown: string, given: Given & Partial<Read> = {}): Read {
  const document = documentAt(shown, given);
  const { realPath = document.source.path, text = document.body, imports = [], problems = [] } = given;
  return { document, realPath, text, imports, problems };
}

/** A rule of the project's root. */
export function ruleAt(
  name: string,
  frontmatter: Partial<Frontmatter>,
  source: Partial<Source> = {},
): Document {
  return documentAt(`.claude/rules/${name}`, {
    source: { scope: "rule", family: "claude", dir: "", role: "rule", ...source },
    frontmatter: { type: "sometimes", ...frontmatter },
  });
}

export function blockOf(path: string, given: Partial<Block> = {}): Block {
  const text = given.text ?? `Text of ${path}.`;
  return {
    id: `id-${path}`,
    path,
    scope: "project",
    dir: "",
    family: "agents",
    priority: "normal",
    type: "always",
    tags: [],
    reason: "always",
    imports: [],
    tokens: Math.ceil(text.length / 4),
    hash: "",
    ...given,
    text,
  };
}
