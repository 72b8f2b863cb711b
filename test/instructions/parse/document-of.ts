import { parseDocument } from "../../../instructions/parse/parse-document.ts";
import type { Document, Source } from "../../../instructions/shapes.ts";

/** A file of the project, Claude's rule unless said otherwise. */
export function sourceOf(about: Partial<Source> = {}): Source {
  return {
    path: "/project/.claude/rules/a.md",
    shown: ".claude/rules/a.md",
    scope: "rule",
    family: "claude",
    dir: "",
    base: "/project",
    role: "rule",
    ...about,
  };
}

export function documentOf(text: string, about: Partial<Source> = {}): Document {
  return parseDocument(text, sourceOf(about));
}

/** `code@line` of each problem. */
export function codesOf({ problems }: Pick<Document, "problems">): string[] {
  return problems.map(({ code, line }) => (line === undefined ? code : `${code}@${line}`));
}
