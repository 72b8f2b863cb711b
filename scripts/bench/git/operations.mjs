// What is measured, and how an answer is known to be complete: fast but partial is a failure.
import { TOPICS } from "./fixtures.mjs";

/** Calls at once, where there are many. */
export const AT_ONCE = 16;

/** Each pattern must be found so many times; `distinct` counts the same match once. */
export const OPERATIONS = {
  status_small: {
    about: "status of 30 files",
    distinct: [
      [/f\d{5}\.ts/gu, 8],
      [/untracked-\d\d/gu, 3],
    ],
  },
  status_large: {
    about: "status of 20,000 files",
    distinct: [
      [/f\d{5}\.ts/gu, 50],
      [/untracked-\d\d/gu, 20],
    ],
  },
  log_small: { about: "log, 20 of 60 commits", distinct: [[/change \d+/gu, 20]] },
  log_large: { about: "log, 20 of 10,000 commits", distinct: [[/change \d+/gu, 20]] },
  diff_large: { about: "diff of 40 files among 20,000", distinct: [[/worktree edit \d+/gu, 40]] },
  diff_one: { about: "diff of one file", distinct: [[/worktree edit \d+/gu, 1]] },
  show: {
    about: "show of a commit among 10,000",
    distinct: [
      [/change 9999: /gu, 1],
      [/rev 9999 /gu, 1],
    ],
  },
  blame_large: { about: "blame of 600 lines, 1,500 revisions", total: [/hot line /gu, 600] },
  blame_small: { about: "blame of a short file", distinct: [[/file 00029/gu, 1]] },
  branches: { about: `list of ${TOPICS} branches`, distinct: [[/topic-\d\d/gu, TOPICS]] },
  // Looked at on the disk instead.
  stage: { about: "stage and unstage a file" },
};

/** Why this text is not the whole answer, or undefined when it is. */
export function whatIsMissing(operation, text) {
  const { distinct = [], total } = OPERATIONS[operation];
  const counts = distinct.map(([pattern, least]) => [new Set(text.match(pattern)).size, least, pattern]);
  if (total !== undefined) counts.push([(text.match(total[0]) ?? []).length, total[1], total[0]]);
  const lacking = counts.find(([found, least]) => found < least);
  if (lacking === undefined) return undefined;
  const [found, least, pattern] = lacking;
  return `${found} of ${least} times ${pattern} in ${text.length} characters: ${text.slice(0, 100)}`;
}
