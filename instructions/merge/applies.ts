import { join, posix, relative, sep } from "node:path";
import type { Document, Source } from "../shapes.ts";
import { fittingGlob } from "./fitting-glob.ts";
import { keywordHits } from "./keyword-hits.ts";
import { said } from "./said.ts";

/** Keywords that a reason names when all of them had to occur. */
const MOST_TOLD = 3;

/** What somebody works on. */
export interface About {
  /** Posix, relative to the project's root; `""` or `.` for the root. It need not exist. */
  readonly target: string;
  /** A folder stands for any file that lies directly in it, existing or not. */
  readonly isDirectory: boolean;
  /** Absolute. */
  readonly projectRoot: string;
  /** The task, in somebody's words. */
  readonly query?: string;
  /** Counts like the target; posix, relative to the project's root. */
  readonly currentFile?: string;
}

export type Applies =
  | { readonly applies: true; readonly reason: string }
  /** `available`: it may be what the task is about, in other words, or is only there to be asked for. */
  | { readonly applies: false; readonly reason: string; readonly available: boolean };

/**
 * Whether a file's instructions hold for a target, and why, for people. `always` does. `sometimes` does when one of its
 * globs fits the target or the current file, or its keywords occur in the query or in one of these paths; when it has
 * both, both must. A rule for `src/**`, or for any `.ts` below `src`, holds for the folder `src`; one for `src/api/**` does not.
 * Globs count from the source's base; what lies outside it fits none.
 */
export function applies(document: Document, about: About): Applies {
  const { type, globs, keywords, description } = document.frontmatter;
  if (type === "always") return { applies: true, reason: "always" };
  if (globs.length + keywords.length === 0) {
    const about = description === undefined ? "" : `: ${said(description)}`;
    return { applies: false, reason: `available on request${about}`, available: true };
  }
  const byGlob = globs.length === 0 ? undefined : byGlobs(document, about);
  if (byGlob?.applies === false) return byGlob;
  const byKeyword = keywords.length === 0 ? undefined : byKeywords(document, about);
  if (byKeyword?.applies === false) return byKeyword;
  const reasons = [byGlob, byKeyword].flatMap((trigger) => (trigger === undefined ? [] : [trigger.reason]));
  return { applies: true, reason: reasons.join(" and ") };
}

function byGlobs({ source, frontmatter }: Document, about: About): Applies {
  const { target, isDirectory, currentFile } = about;
  const bareAnywhere = source.family === "cursor";
  let problem: string | undefined;
  const current =
    currentFile === undefined ? [] : [{ from: currentFile, isDirectory: false, by: " for the current file" }];
  for (const { from, isDirectory: isFolder, by } of [{ from: target, isDirectory, by: "" }, ...current]) {
    const path = pathFromBase(from, source, about.projectRoot);
    if (path === undefined) continue;
    const answer = fittingGlob(frontmatter.globs, { path, isDirectory: isFolder, bareAnywhere });
    if (answer.glob !== undefined) return { applies: true, reason: `glob ${said(answer.glob)}${by}` };
    problem ??= answer.problem;
  }
  const shown = clean(target);
  const place = isDirectory ? `a file in ${shown === "" ? "the root" : `${said(shown)}/`}` : said(shown);
  const why = problem === undefined ? "" : `; one cannot be used: ${problem}`;
  return { applies: false, reason: `no glob of it fits ${place}${why}`, available: problem !== undefined };
}

/** Nothing for what does not lie below the base. */
function pathFromBase(path: string, { base }: Source, projectRoot: string): string | undefined {
  const fromBase = relative(base, join(projectRoot, clean(path)))
    .split(sep)
    .join("/");
  return fromBase === ".." || fromBase.startsWith("../") ? undefined : fromBase;
}

function clean(path: string): string {
  const plain = posix.normalize(path).replace(/\/$/u, "");
  return plain === "." ? "" : plain;
}

function byKeywords({ frontmatter: { keywords, match } }: Document, about: About): Applies {
  const { query = "", target, currentFile = "" } = about;
  const hits = keywordHits(keywords, [
    { name: "the query", text: query },
    { name: "the path", text: clean(target) },
    { name: "the current file's path", text: currentFile },
  ]);
  const found = hits.filter(({ where }) => where !== undefined);
  const missing = hits.find(({ where }) => where === undefined);
  if (match === "all" && missing !== undefined)
    return {
      applies: false,
      reason: `keyword ${quoted(missing.keyword)} of it does not occur`,
      available: true,
    };
  if (found.length === 0) return { applies: false, reason: "no keyword of it occurs", available: true };
  const telling = found.slice(0, match === "all" ? MOST_TOLD : 1);
  const reasons = telling.map(({ keyword, where = "" }) => `keyword ${quoted(keyword)} in ${where}`);
  return { applies: true, reason: reasons.join(" and ") };
}

function quoted(keyword: string): string {
  return `"${said(keyword)}"`;
}
