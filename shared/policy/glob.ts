/** The longest pattern, and how many alternatives its braces may make. */
export const MAX_GLOB = 1_000;
const MAX_ALTERNATIVES = 32;

const STAR = Symbol("any text in a name");
const ONE = Symbol("any character of a name");
const DEEP = Symbol("any folders");

type Char = string | typeof STAR | typeof ONE;
type Name = readonly Char[] | typeof DEEP;

export interface GlobOptions {
  /** Also matches what lies below a match: for patterns that refuse. */
  readonly below?: boolean;
}

/**
 * A test of `/`-separated paths: `*` and `?` within a name, `**` over folders, `{a,b}` either, `\` takes the next
 * character as it is; nothing else is special. The time is bounded by the product of the two lengths.
 * Throws `RangeError` in our words for a pattern that is too long or has too many alternatives.
 */
export function compileGlob(pattern: string, options: GlobOptions = {}): (path: string) => boolean {
  if (pattern.length > MAX_GLOB) throw new RangeError(`a pattern has at most ${MAX_GLOB} characters`);
  const alternatives = expandBraces(pattern).map((each) => parseNames(each, options.below === true));
  return (path) => {
    const names = namesOf(path);
    return alternatives.some((wanted) => matchesNames(wanted, names));
  };
}

/** A pattern that matches exactly this path. */
export function quoteGlob(path: string): string {
  return path.replaceAll(/[*?{},\\]/gu, String.raw`\$&`);
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

function parseNames(pattern: string, below: boolean): Name[] {
  const names = namesOf(pattern).map((name): Name => (name === "**" ? DEEP : parseName(name)));
  return below ? [...names, DEEP] : names;
}

function parseName(name: string): Char[] {
  const chars: Char[] = [];
  for (let at = 0; at < name.length; at++) {
    const char = name.charAt(at);
    if (char === "\\" && at + 1 < name.length) chars.push(name.charAt(++at));
    else if (char === "*") chars.push(STAR);
    else chars.push(char === "?" ? ONE : char);
  }
  return chars;
}

function matchesNames(wanted: readonly Name[], names: readonly string[]): boolean {
  return matches(wanted, names, {
    isMany: (part) => part === DEEP,
    fits: (part, name) => part !== DEEP && matchesName(part, name),
  });
}

function matchesName(wanted: readonly Char[], name: string): boolean {
  return matches<Char, string>(wanted, name, {
    isMany: (part) => part === STAR,
    fits: (part, char) => part === ONE || part === char,
  });
}

/** Wildcard match that only ever goes back to the last wildcard: product of the lengths, never exponential. */
function matches<Part, Item>(
  parts: readonly Part[],
  items: ArrayLike<Item>,
  { isMany, fits }: { isMany: (part: Part) => boolean; fits: (part: Part, item: Item) => boolean },
): boolean {
  let part = 0;
  let back: { part: number; item: number } | undefined;
  for (let at = 0; at < items.length;) {
    const wanted = parts[part];
    const item = items[at];
    if (wanted !== undefined && isMany(wanted)) {
      back = { part: ++part, item: at };
    } else if (wanted !== undefined && item !== undefined && fits(wanted, item)) {
      part++;
      at++;
    } else if (back === undefined) {
      return false;
    } else {
      back.item++;
      part = back.part;
      at = back.item;
    }
  }
  return parts.slice(part).every(isMany);
}

/** `a{b,c{d,e}}` as `ab`, `acd`, `ace`; a brace without its partner stands for itself. Throws `RangeError` as above. */
export function expandBraces(pattern: string): string[] {
  const done: string[] = [];
  const todo = [pattern];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const group = innermostGroup(next);
    if (group === undefined) done.push(next);
    else for (const choice of group.choices.toReversed()) todo.push(group.before + choice + group.after);
    if (done.length + todo.length > MAX_ALTERNATIVES)
      throw new RangeError(`a pattern has at most ${MAX_ALTERNATIVES} alternatives`);
  }
  return done;
}

interface Group {
  readonly before: string;
  readonly choices: readonly string[];
  readonly after: string;
}

/** The first group that holds no other, with at least one comma. */
function innermostGroup(pattern: string): Group | undefined {
  let open = -1;
  let commas: number[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    if (char === "\\") at++;
    else if (char === "{") [open, commas] = [at, []];
    else if (char === "," && open >= 0) commas.push(at);
    else if (char === "}" && open >= 0) {
      if (commas.length > 0) {
        const cuts = [open, ...commas, at];
        const choices = cuts.slice(1).map((end, index) => pattern.slice((cuts[index] ?? 0) + 1, end));
        return { before: pattern.slice(0, open), choices, after: pattern.slice(at + 1) };
      }
      open = -1;
    }
  }
  return undefined;
}
