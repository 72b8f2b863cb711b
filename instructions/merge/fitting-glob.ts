import { compileGlob, expandBraces, MAX_GLOB, quoteGlob } from "../../shared/policy/glob.ts";

const MOST_GLOBS = 100;
/** Steps that all globs of one file may take together: about a millisecond, however hostile they are. */
const MOST_STEPS = 250_000;
/** A set of more characters counts as any character. */
const MOST_IN_SET = 5;

export interface GlobSubject {
  /** Posix, relative to where the globs count from; `""` for that folder itself. */
  readonly path: string;
  /** A folder stands for any file that lies directly in it. */
  readonly isDirectory: boolean;
  /** A glob without a slash fits names at any depth, not only at the top. */
  readonly bareAnywhere: boolean;
}

export interface GlobAnswer {
  /** The first glob that fits, as it was written. */
  readonly glob?: string;
  /** Why one of them could not be used, in our words. */
  readonly problem?: string;
}

/**
 * Which of a file's globs fits a path; none does when one with `!` before it fits. They know what `compileGlob` knows and
 * mean more rather than less with sets and groups: `[ab]` is either letter and also the name `[ab]`, a longer set or a
 * range is any character, `(a|b)` and `@(a|b)` are either, `+(a)`, `*(a)` and `!(a)` any text. A folder fits a glob that
 * fits it, or that could fit a file directly in it. At most 100 globs count, for a bounded time.
 */
export function fittingGlob(globs: readonly string[], subject: GlobSubject): GlobAnswer {
  const answers = new GlobTest(subject);
  const counted = globs.slice(0, MOST_GLOBS);
  const excluding = counted.filter(isExclusion);
  if (excluding.some((glob) => answers.fits(glob.slice(1), "whole"))) return answers.problem;
  const wanted = counted.filter((glob) => !isExclusion(glob));
  // only exclusions: everything else is meant
  const glob =
    wanted.length === 0 ? excluding[0] : wanted.find((each) => answers.fits(each, "or a file in it"));
  return glob === undefined ? answers.problem : { glob };
}

function isExclusion(glob: string): boolean {
  return glob.startsWith("!") && !glob.startsWith("!(");
}

class GlobTest {
  readonly #subject: GlobSubject;
  #left = MOST_STEPS;
  #problem: string | undefined;

  constructor(subject: GlobSubject) {
    this.#subject = { ...subject, path: subject.path.normalize("NFC") };
  }

  get problem(): GlobAnswer {
    return this.#problem === undefined ? {} : { problem: this.#problem };
  }

  fits(glob: string, extent: "whole" | "or a file in it"): boolean {
    const { path, isDirectory } = this.#subject;
    try {
      const patterns = this.#patternsOf(glob);
      this.#left -= patterns.join("").length * (path.length + 1);
      if (this.#left < 0) throw new RangeError("they take too long together");
      return patterns.some(
        (pattern) =>
          compileGlob(pattern)(path) ||
          (extent !== "whole" && isDirectory && compileGlob(parentOf(pattern))(path)),
      );
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#problem ??= error.message;
      return false;
    }
  }

  /** Without braces, sets and groups. */
  #patternsOf(glob: string): string[] {
    if (glob.length > MAX_GLOB) throw new RangeError(`a pattern has at most ${MAX_GLOB} characters`);
    const patterns = alternativesOf(glob.normalize("NFC")).filter((pattern) => pattern !== "");
    return patterns.map((pattern) => {
      if (!pattern.includes("/")) return this.#subject.bareAnywhere ? `**/${pattern}` : pattern;
      const open = pattern.replace(/^(?:\.?\/)+/u, "");
      return open === "" || open.endsWith("/") ? `${open}**` : open;
    });
  }
}

/** `src/lib` for `src/lib/*.ts`; what has one name only lies at the top. */
function parentOf(pattern: string): string {
  return pattern.slice(0, Math.max(0, pattern.lastIndexOf("/")));
}

/** Without braces, sets and groups. Where sets make too many alternatives they are names. */
function alternativesOf(glob: string): string[] {
  try {
    return expandBraces(groupsAsBraces(glob.replaceAll(/\\.|\[[^\]/]+\]/gsu, setAsBraces)));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return expandBraces(groupsAsBraces(glob));
  }
}

function groupsAsBraces(glob: string): string {
  return glob.replaceAll(/\\.|[@?*+!]?\([^()]*\)/gsu, groupAsBraces);
}

/** `[jt]` as `{j,t,[jt]}`. */
function setAsBraces(set: string): string {
  if (set.startsWith("\\")) return set;
  const chars = set.slice(1, -1).match(/./gsu) ?? [];
  const isWide = chars.length > MOST_IN_SET || /^[!^]|.-./u.test(chars.join(""));
  return `{${[...(isWide ? ["?"] : chars.map(quoteGlob)), quoteGlob(set)].join(",")}}`;
}

function groupAsBraces(group: string): string {
  if (group.startsWith("\\")) return group;
  const kind = group.charAt(0);
  const inside = group.slice(group.indexOf("(") + 1, -1);
  const choices = inside.split("|");
  if (kind === "+" || kind === "*" || kind === "!") return "*";
  if (kind === "?") return `{,${choices.join(",")}}`;
  if (choices.length > 1) return `{${choices.join(",")}}`;
  return kind === "@" ? inside : group;
}
