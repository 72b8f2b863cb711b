import type { CommitFacts } from "../engine/shapes.ts";
import { subjectOf } from "../text/commit.ts";

/** The kinds that a changelog is grouped by, in its order. */
export const TYPES = [
  "feat",
  "fix",
  "perf",
  "refactor",
  "docs",
  "test",
  "build",
  "ci",
  "style",
  "chore",
  "revert",
  "other",
] as const;

export type CommitType = (typeof TYPES)[number];

const ALIASES: Readonly<Record<string, CommitType>> = {
  feature: "feat",
  bugfix: "fix",
  hotfix: "fix",
  performance: "perf",
  doc: "docs",
  tests: "test",
  deps: "build",
};

/** What a commit's message says by the convention `type(scope)!: subject`. */
export interface Conventional {
  readonly type: CommitType;
  readonly scope?: string;
  /** Without type and scope; the whole first line of a message that follows no convention. */
  readonly subject: string;
  /** Set for a breaking change: what its footer says, `""` when it says nothing. */
  readonly breaking?: string;
}

/** Messages of any form are read; those without a known type are `other`. */
export function readConventional(commit: Pick<CommitFacts, "message">): Conventional {
  const line = subjectOf(commit);
  const note = breakingNote(commit.message);
  const [, word = "", scope, bang, subject] =
    /^([A-Za-z]{2,20})(?:\(([^()]{1,80})\))?(!)?: +(\S.*)$/u.exec(line) ?? [];
  const type = typeOf(word);
  if (subject === undefined || type === undefined) {
    const isRevert = /^revert\b/iu.test(line);
    return {
      type: isRevert ? "revert" : "other",
      subject: line,
      ...(note === undefined ? {} : { breaking: note }),
    };
  }
  const breaking = note ?? (bang === undefined ? undefined : "");
  return {
    type,
    subject,
    ...(scope === undefined ? {} : { scope }),
    ...(breaking === undefined ? {} : { breaking }),
  };
}

function typeOf(word: string): CommitType | undefined {
  const plain = word.toLowerCase();
  return (
    TYPES.find((type) => type === plain && type !== "other") ??
    (Object.hasOwn(ALIASES, plain) ? ALIASES[plain] : undefined)
  );
}

function breakingNote(message: string): string | undefined {
  const found = /^BREAKING[ -]CHANGE: ?(.*)$/mu.exec(message.slice(0, 100_000));
  return found?.[1];
}
