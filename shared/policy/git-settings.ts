/** One line of a git configuration file, as text. `key` is lower case but for the subsection: `filter.LFS.clean`. */
export interface GitSetting {
  readonly key: string;
  readonly value: string;
}

/** Keys that make git run a program, load more configuration or look elsewhere. */
const RUNS = [
  /^core\.(?:fsmonitor|hookspath|sshcommand|gitproxy|editor|pager|askpass|alternaterefscommand|worktree|attributesfile)$/u,
  /^(?:sequence\.editor|interactive\.difffilter|diff\.external|uploadpack\.packobjectshook|init\.templatedir)$/u,
  /^(?:include|includeif\..*)\.path$/su,
  /^filter\..*\.(?:clean|smudge|process)$/su,
  /^diff\..*\.(?:command|textconv)$/su,
  /^merge\..*\.driver$/su,
  /^(?:difftool|mergetool|guitool|man|browser|instaweb|trailer|tar|sendemail)\..*(?:cmd|command|path|browser)$/su,
  /^gpg\.(?:.*\.)?(?:program|defaultkeycommand)$/su,
  /^(?:credential\.(?:.*\.)?helper|pager\..*|alias\..*|hook\..*|protocol\.(?:.*\.)?allow)$/su,
  /^remote\..*\.(?:uploadpack|receivepack|vcs|proxy)$/su,
  /^url\..*\.(?:pushinsteadof|insteadof)$/su,
  /^submodule\..*\.update$/su,
  /^extensions\./u,
];

const HEADER = /^\s*\[([\w.-]+)(?:\s+"((?:[^"\\\n]|\\.)*)")?\s*\]/u;

/** True for a key that can run a program or change what is read. An alias counts when it is a shell command. */
export function runsProgram({ key, value }: GitSetting): boolean {
  if (key.startsWith("alias.")) return value.startsWith("!");
  return RUNS.some((pattern) => pattern.test(key));
}

/** Reads a git configuration file as text, the way git would, without running git in a place that nobody trusts. */
export function parseGitSettings(text: string): GitSetting[] {
  const settings: GitSetting[] = [];
  let section = "";
  for (const line of joinContinued(text.replace(/^\uFEFF/u, ""))) {
    let rest = line;
    for (let header = HEADER.exec(rest); header !== null; header = HEADER.exec(rest)) {
      const [whole, name = "", sub] = header;
      section = name.toLowerCase() + (sub === undefined ? "" : `.${sub.replaceAll(/\\(.)/gu, "$1")}`);
      rest = rest.slice(whole.length);
    }
    const [, key, value] = /^\s*([a-z][a-z0-9-]*)\s*(?:=(.*)|[#;].*)?$/isu.exec(rest) ?? [];
    if (key === undefined) continue;
    settings.push({
      key: `${section}.${key.toLowerCase()}`,
      value: value === undefined ? "true" : plainValue(value),
    });
  }
  return settings;
}

/** A value without its quotes, escapes and comment. */
function plainValue(raw: string): string {
  let value = "";
  let quoted = false;
  for (let at = 0; at < raw.length; at++) {
    const char = raw.charAt(at);
    if (char === '"') quoted = !quoted;
    else if (char === "\\") value += unescaped(raw.charAt(++at));
    else if (!quoted && (char === "#" || char === ";")) break;
    else value += char;
  }
  return value.trim();
}

function unescaped(char: string): string {
  return { n: "\n", t: "\t", b: "\b" }[char] ?? char;
}

/** The lines, where one that ends in a lone backslash goes on in the next. */
function joinContinued(text: string): string[] {
  const lines: string[] = [];
  let open = false;
  for (const line of text.split(/\r?\n/u)) {
    if (open) lines.push(`${(lines.pop() ?? "").slice(0, -1)}${line}`);
    else lines.push(line);
    open = /(?:^|[^\\])(?:\\\\)*\\$/u.test(line);
  }
  return lines;
}
