/** One line of a git configuration file, as text. `key` is lower case but for the subsection: `filter.LFS.clean`. */
export interface GitSetting {
  readonly key: string;
  readonly value: string;
}

/** Keys that make git, or what usually comes with it, run a program, load more, look or write elsewhere. */
const RUNS = [
  /^core\.(?:fsmonitor|hookspath|sshcommand|gitproxy|editor|pager|askpass|alternaterefscommand|unsetenvvars)$/u,
  // what is read or written elsewhere, and guards against names that mean .git
  /^core\.(?:worktree|attributesfile|excludesfile|protecthfs|protectntfs)$/u,
  /^(?:attr\.tree|blame\.ignorerevsfile|commit\.template|diff\.orderfile|mailmap\.(?:file|blob)|init\.templatedir)$/u,
  /^(?:(?:fetch|receive)\.)?fsck\.skiplist$/u,
  /^(?:fetch\.bundleuri|bundle\..*\.uri|format\.(?:outputdirectory|signaturefile)|gc\.repackfilterto)$/su,
  /^(?:include|includeif\..*)\.path$/su,
  /^(?:sequence\.editor|interactive\.difffilter|diff\.external|uploadpack\.packobjectshook|gc\.recentobjectshook)$/u,
  /^filter\..*\.(?:clean|smudge|process)$/su,
  /^diff\..*\.(?:command|textconv)$/su,
  /^merge\..*\.driver$/su,
  // strategies are programs too: git-merge-<name>
  /^(?:pull\.(?:twohead|octopus)|branch\..*\.mergeoptions)$/su,
  // its line feeds become lines of the list of what a rebase does, among them `exec`
  /^rebase\.instructionformat$/u,
  /^(?:diff|merge)\.(?:gui)?tool$/u,
  /^(?:difftool|mergetool|guitool|man|browser|trailer|tar)\..*(?:cmd|command|path)$/su,
  /^(?:web\.browser|help\.(?:browser|htmlpath)|man\.viewer|gitcvs\.dbdriver)$/u,
  /^gpg\.(?:.*\.)?(?:program|defaultkeycommand|allowedsignersfile|revocationfile)$/su,
  /^(?:commit|tag|push)\.gpgsign$|^tag\.forcesignannotated$|^log\.showsignature$|^merge\.verifysignatures$/u,
  /^(?:credential|pager|hook|http|imap|instaweb|sendemail|trace2|fsmonitor|svn|lfs|annex|promisor|extensions)\./u,
  /^(?:ssh\.variant|protocol\.(?:.*\.)?allow)$/su,
  /^remote\..*\.(?:uploadpack|receivepack|vcs|proxy|proxyauthmethod|promisor|lfs.*|annex-.*)$/su,
  /^url\..*\.(?:pushinsteadof|insteadof)$/su,
  /^submodule\..*\.(?:update|gitdir)$/su,
];

const ADDRESS =
  /^(?:remote\..*\.(?:url|pushurl)|branch\..*\.(?:remote|pushremote)|remote\.pushdefault|submodule\..*\.url)$/su;

/**
 * True for a key that can run a program or change what is read. An alias counts when it is a shell command or brings
 * options of git along, an address when it names the helper that serves it: `ext::`.
 */
export function runsProgram({ key, value }: GitSetting): boolean {
  if (key.startsWith("alias.")) return /^[!-]/u.test(value);
  if (ADDRESS.test(key)) return value.includes("::");
  return RUNS.some((pattern) => pattern.test(key));
}

/**
 * Reads a git configuration file as text, the way git would, without running git in a place that nobody trusts. From
 * the first line on that git does not understand, nothing.
 */
export function parseGitSettings(text: string): GitSetting[] {
  return new Reader(text).read().settings;
}

/** The settings, or undefined for a file that git refuses to go by: another version of it may read more in there. */
export function parseWholeGitSettings(text: string): GitSetting[] | undefined {
  const { settings, isWhole } = new Reader(text).read();
  return isWhole ? settings : undefined;
}

const END = "";
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", b: "\b", "\\": "\\", '"': '"' };

/** Goes through the text char by char, as git does; a method that finds something else than it must says undefined. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    // git reads a line feed for each pair, and one more at the end
    this.#text = text.replace(/^\uFEFF/u, "").replaceAll("\r\n", "\n");
  }

  read(): { readonly settings: GitSetting[]; readonly isWhole: boolean } {
    const settings: GitSetting[] = [];
    let section: string | undefined = "";
    for (let char = this.#skip(); char !== END; char = this.#skip()) {
      if (char === "[") {
        section = this.#section();
        if (section === undefined) return { settings, isWhole: false };
      } else {
        const setting = isLetter(char) ? this.#setting(section, char) : undefined;
        if (setting === undefined) return { settings, isWhole: false };
        settings.push(setting);
      }
    }
    return { settings, isWhole: true };
  }

  #next(): string {
    return this.#text.charAt(this.#at++);
  }

  /** The first char of what is neither blank nor a comment. */
  #skip(): string {
    for (;;) {
      const char = this.#next();
      if (isComment(char)) {
        const end = this.#text.indexOf("\n", this.#at);
        this.#at = end < 0 ? this.#text.length : end + 1;
      } else if (!isBlank(char)) return char;
    }
  }

  #section(): string | undefined {
    let name = "";
    for (;;) {
      const char = this.#next();
      if (char === "]") return name === "" ? undefined : `${name}.`;
      if (isBlank(char)) return this.#subsection(name, char);
      if (!isKeyChar(char) && char !== ".") return undefined;
      name += lower(char);
    }
  }

  #subsection(name: string, first: string): string | undefined {
    let char = first;
    while (isBlank(char)) {
      if (char === "\n") return undefined;
      char = this.#next();
    }
    if (char !== '"') return undefined;
    let sub = "";
    for (;;) {
      char = this.#next();
      if (char === '"') break;
      if (char === "\\") char = this.#next();
      if (isEnd(char)) return undefined;
      sub += char;
    }
    return this.#next() === "]" ? `${name}.${sub}.` : undefined;
  }

  #setting(section: string, first: string): GitSetting | undefined {
    let key = section + lower(first);
    let char = this.#next();
    for (; isKeyChar(char); char = this.#next()) key += lower(char);
    while (char === " " || char === "\t") char = this.#next();
    if (isEnd(char)) return { key: cString(key), value: "true" };
    const value = char === "=" ? this.#value() : undefined;
    return value === undefined ? undefined : { key: cString(key), value: cString(value) };
  }

  #value(): string | undefined {
    let value = "";
    let length = 0;
    let quoted = false;
    for (;;) {
      const char = this.#next();
      if (isEnd(char)) return quoted ? undefined : value.slice(0, length);
      if (!quoted && isComment(char)) return this.#pastComment(value.slice(0, length));
      if (!quoted && isBlank(char)) {
        if (value !== "") value += char;
        continue;
      }
      const plain = char === "\\" ? this.#escaped() : char;
      if (plain === undefined) return undefined;
      if (char === '"') quoted = !quoted;
      else value += plain;
      length = value.length;
    }
  }

  #escaped(): string | undefined {
    const char = this.#next();
    return isEnd(char) ? "" : ESCAPES[char];
  }

  #pastComment(value: string): string {
    const end = this.#text.indexOf("\n", this.#at);
    this.#at = end < 0 ? this.#text.length + 1 : end + 1;
    return value;
  }
}

function isEnd(char: string): boolean {
  return char === "\n" || char === END;
}

function isComment(char: string): boolean {
  return char === "#" || char === ";";
}

function isBlank(char: string): boolean {
  return char === " " || char === "\t" || char === "\n" || char === "\r";
}

function isLetter(char: string): boolean {
  return /^[a-z]$/i.test(char);
}

function isKeyChar(char: string): boolean {
  return /^[a-z0-9-]$/i.test(char);
}

function lower(char: string): string {
  return char.toLowerCase();
}

/** Where a NUL ends a key or a value for git. */
function cString(text: string): string {
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
