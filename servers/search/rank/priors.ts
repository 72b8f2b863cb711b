import type { FileRole } from "../store/shapes.ts";

/** What a file's role multiplies its scores by: people who ask about code rarely mean these. */
const PRIORS: Readonly<Record<FileRole, number>> = {
  code: 1,
  test: 0.4,
  example: 0.5,
  docs: 0.4,
  config: 0.4,
  generated: 0.5,
  vendored: 0.5,
  tools: 0.5,
};

/** 1 for a role that the query asks for by name, and then less for code. */
export function priorOf(role: FileRole, asked: readonly FileRole[]): number {
  if (asked.length === 0) return PRIORS[role];
  if (asked.includes(role)) return 1;
  return role === "code" ? ASKED_FOR_OTHERS : PRIORS[role];
}

const ASKED_FOR_OTHERS = 0.7;
