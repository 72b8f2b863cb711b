/** One line of an ignore file. All text is bytes, one character each, as git compares bytes. */
export interface IgnorePattern {
  /** Written with `!`: what it matches is kept. */
  readonly negated: boolean;
  readonly directoryOnly: boolean;
  /** Holds no slash: it is compared with the last name only, else with the path below the ignore file. */
  readonly nameOnly: boolean;
  matches(subject: string): boolean;
}

/** Longer ones never match: no name that is worth ignoring needs them. */
const MAX_PATTERN = 4_096;
const SLASH = 47;

/** Makes a pattern of a line without its line end; undefined for a comment or an empty line. */
export function parsePattern(line: string): IgnorePattern | undefined {
  if (line.startsWith("#")) return undefined;
  let text = withoutTrailingSpaces(line);
  if (text === "") return undefined;
  const negated = text.startsWith("!");
  if (negated) text = text.slice(1);
  const directoryOnly = text.endsWith("/");
  if (directoryOnly) text = text.slice(0, -1);
  const nameOnly = !text.includes("/");
  return {
    negated,
    directoryOnly,
    nameOnly,
    matches: nameOnly ? nameMatcher(text) : matcher(text.replace(/^\//u, "")),
  };
}

/** Spaces at the end do not count, unless a backslash stands before them. */
function withoutTrailingSpaces(line: string): string {
  let end = 0;
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === "\\") at += 1;
    else if (line[at] === " ") continue;
    end = Math.min(at + 1, line.length);
  }
  return line.slice(0, end);
}

function nameMatcher(text: string): (subject: string) => boolean {
  const ending = text.slice(1);
  // the most common pattern of all, as in *.log
  if (text.startsWith("*") && !/[*?[\\]/u.test(ending)) return (subject) => subject.endsWith(ending);
  return matcher(text);
}

function matcher(text: string): (subject: string) => boolean {
  const plain = text.search(/[*?[\\]/u);
  if (plain === -1) return (subject) => subject === text;
  // git compares the plain start by itself, so that what follows counts as a start of its own
  const start = text.slice(0, plain);
  const rest = text.slice(plain);
  const steps = text.length > MAX_PATTERN ? undefined : compile(rest);
  if (steps === undefined) return () => false;
  const run = runner(steps);
  return (subject) => subject.startsWith(start) && run(subject, plain);
}

/** Any byte but a slash, any number of times; any byte, any number of times; nothing, or on to the next but two. */
type Step = number | Uint8Array | "star" | "deep" | "skip";

const ANY = new Uint8Array(256).fill(1);
ANY[SLASH] = 0;

function compile(text: string): Step[] | undefined {
  const steps: Step[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === "*") {
      const from = at;
      while (text[at + 1] === "*") at += 1;
      steps.push(...stars(text, from, at + 1));
    } else if (char === "?") steps.push(ANY);
    else if (char === "[") {
      const set = parseSet(text, at);
      if (set === undefined) return undefined;
      steps.push(set.members);
      at = set.end;
    } else {
      if (char === "\\") at += 1;
      if (at === text.length) return undefined;
      steps.push(text.charCodeAt(at));
    }
  }
  return steps;
}

/** Two stars and more cross slashes only when they stand for whole names. */
function stars(text: string, from: number, to: number): Step[] {
  const after = text.slice(to, to + 2);
  const whole = (from === 0 || text[from - 1] === "/") && (after === "" || /^\\?\//u.test(after));
  if (to - from === 1 || !whole) return ["star"];
  return after.startsWith("/") ? ["skip", "deep"] : ["deep"];
}

/** Follows all ways through the pattern at once: time is text times pattern, whatever both are. */
function runner(steps: readonly Step[]): (text: string, from: number) => boolean {
  const count = steps.length;
  let now = new Uint8Array(count + 4);
  let next = new Uint8Array(count + 4);
  const spread = (at: number): void => {
    const step = steps[at];
    if (step === "star" || step === "deep" || step === "skip") now[at + 1] = 1;
    if (step === "skip") now[at + 3] = 1;
  };
  const take = (at: number, code: number): boolean => {
    const step = steps[at];
    if (step === "deep" || (step === "star" && code !== SLASH)) next[at] = 1;
    else if (step === code || (step instanceof Uint8Array && step[code] === 1)) next[at + 1] = 1;
    else return false;
    return true;
  };
  return (text, from) => {
    now.fill(0);
    now[0] = 1;
    for (let index = from; index < text.length; index += 1) {
      next.fill(0);
      let alive = false;
      for (let at = 0; at < count; at += 1) {
        if (now[at] !== 1) continue;
        spread(at);
        if (take(at, text.charCodeAt(index))) alive = true;
      }
      if (!alive) return false;
      [now, next] = [next, now];
    }
    for (let at = 0; at < count; at += 1) if (now[at] === 1) spread(at);
    return now[count] === 1;
  };
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/u,
  alpha: /[A-Za-z]/u,
  blank: /[ \t]/u,
  cntrl: /[^ -~\x80-\xff]/u,
  digit: /[0-9]/u,
  graph: /[!-~]/u,
  lower: /[a-z]/u,
  print: /[ -~]/u,
  punct: /[!-/:-@[-`{-~]/u,
  space: /[ \t\n\v\f\r]/u,
  upper: /[A-Z]/u,
  xdigit: /[0-9A-Fa-f]/u,
};

/** Reads `[...]` from its bracket on; undefined when it never ends or names an unknown class. */
function parseSet(text: string, open: number): { members: Uint8Array; end: number } | undefined {
  const members = new Uint8Array(256);
  const negated = text[open + 1] === "!" || text[open + 1] === "^";
  let at = open + (negated ? 2 : 1);
  let previous: number | undefined;
  for (let first = true; first || text[at] !== "]"; first = false) {
    const item = parseItem(text, at, previous);
    if (item === undefined) return undefined;
    for (let code = 0; code < 256; code += 1) if (item.has(code)) members[code] = 1;
    previous = item.last;
    at = item.end;
  }
  if (negated) for (let code = 0; code < 256; code += 1) members[code] = 1 - (members[code] ?? 0);
  members[SLASH] = 0;
  return { members, end: at };
}

interface Item {
  readonly has: (code: number) => boolean;
  /** The byte that a range may start from. */
  readonly last?: number;
  /** Where the next item starts. */
  readonly end: number;
}

function parseItem(text: string, at: number, previous: number | undefined): Item | undefined {
  if (at >= text.length) return undefined;
  const following = text[at + 1];
  if (text[at] === "-" && previous !== undefined && following !== undefined && following !== "]") {
    const last = parseByte(text, at + 1);
    if (last === undefined) return undefined;
    return { has: (code) => code >= previous && code <= last.code, end: last.end };
  }
  if (text[at] === "[" && following === ":") return parseClass(text, at);
  const byte = parseByte(text, at);
  return byte && { has: (code) => code === byte.code, last: byte.code, end: byte.end };
}

function parseByte(text: string, at: number): { code: number; end: number } | undefined {
  const from = text[at] === "\\" ? at + 1 : at;
  return from < text.length ? { code: text.charCodeAt(from), end: from + 1 } : undefined;
}

function parseClass(text: string, at: number): Item | undefined {
  const close = text.indexOf("]", at + 2);
  if (close === -1) return undefined;
  const bracket = text.charCodeAt(at);
  // "[:" without ":]" is a bracket like any other byte
  if (close < at + 3 || text[close - 1] !== ":")
    return { has: (code) => code === bracket, last: bracket, end: at + 1 };
  const known = CLASSES[text.slice(at + 2, close - 1)];
  return known && { has: (code) => known.test(String.fromCharCode(code)), end: close + 1 };
}
