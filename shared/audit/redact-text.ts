/** Stands where a secret stood. */
export const MASK = "[redacted]";

// Every pattern here is linear: what may repeat without bound either cannot fail afterwards or stops at its own start.

const NAMES = [
  "passw(?:or)?d",
  "pass(?:phrase|code)",
  "pass(?![a-z])",
  "(?<=[_-])pwd",
  "secret",
  // not max_tokens and not tokenizer
  "token(?!s|iz)",
  "(?:api|access|private|signing|encryption|account|auth|shared)[_-]?key",
  "credential",
  "cookie",
  "session[_-]?id",
  "connection[_-]?string",
].join("|");

const SHAPES = new RegExp(
  [
    "(?:AKIA|ASIA)[A-Z0-9]{16}",
    "gh[opusr]_[A-Za-z0-9]{20,}",
    "github_pat_[A-Za-z0-9_]{20,}",
    "gl[a-z]{2,8}-[A-Za-z0-9_-]{20,}",
    "(?:xox[a-z]|xapp)-[A-Za-z0-9-]{10,}",
    "(?<=hooks\\.slack\\.com/services/)\\S+",
    "npm_[A-Za-z0-9]{30,}",
    "pypi-[A-Za-z0-9_-]{30,}",
    "hf_[A-Za-z0-9]{30,}",
    "sk-[A-Za-z0-9_-]{20,}",
    "[rs]k_(?:live|test)_[A-Za-z0-9]{16,}",
    "AIza[A-Za-z0-9_-]{30,}",
    "ya29\\.[A-Za-z0-9_-]{20,}",
    // a JSON web token; its first part is always base64 of `{"`
    "eyJ[A-Za-z0-9_-]{8,}(?:\\.[A-Za-z0-9_-]*){0,4}",
    "-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----[^]*?(?:-----END [A-Z0-9 ]{0,40}-----|$)",
    // user:password before a host, or one long token there
    "(?<=:\\/\\/)(?:[^\\s/:@]*:[^\\s/@]+|[^\\s/:@]{20,})(?=@)",
  ].join("|"),
  "gu",
);

const UNMASKED = String.raw`(?!\[redacted\](?:[\s,;:)}\]&"'\\]|$))`;
// Text may follow the closing quote directly, as a shell joins it.
const QUOTED = String.raw`(?:"(?:[^"\\]|\\[^])*"?|'(?:[^'\\]|\\[^])*'?)[^\s,;:)}\]&]*|\\+["'][^"'\\]*`;
const SCHEME = String.raw`(?:(?:bearer|basic|token|digest|negotiate)\s{1,5})?`;
const TAIL = String.raw`[\w.-]{0,40}["'\]\\]{0,4}\s{0,5}`;

const AUTHORIZATION = new RegExp(
  String.raw`(authorization["'\]\\]{0,4}\s{0,5}[:=]\s{0,5}["'\\]{0,4}${SCHEME}|bearer\s{1,5}(?=[\w.~+/=-]{8})|basic\s{1,5}(?=[\w+/=-]{16}))[^\s"'\\]+`,
  "giu",
);

const ASSIGNED = [
  // after a colon and a space the value is the rest of the line: YAML and headers
  new RegExp(
    String.raw`((?:${NAMES})${TAIL}:[ \t]{1,5})${UNMASKED}(?:${QUOTED}|(?:[^\r\n"']|["'](?=[^\s,}\])]))+)`,
    "giu",
  ),
  new RegExp(
    String.raw`((?:${NAMES})${TAIL}(?:=>|:=|=(?!>)|:(?!=))\s{0,5})${UNMASKED}(?:${QUOTED}|\S+)`,
    "giu",
  ),
  // --password VALUE; the look back is tried only where a name was found
  new RegExp(
    String.raw`((?:${NAMES})(?<=(?:^|[\s"'])-[\w-]{0,60})[\w-]{0,40}(?:["',]{1,4}\s{0,5}|\s{1,5}))(?!-)${UNMASKED}(?:${QUOTED}|\S+)`,
    "giu",
  ),
];

const USER = /(\s(?:-u|--user)[ =]["']?[^\s:"']{1,200}:)[^\s"']+/gu;

/** Each pattern with a sign that it needs: most texts have none, and looking for it is cheaper. */
const SIGNED: readonly { readonly sign: RegExp; readonly patterns: readonly RegExp[] }[] = [
  { sign: /authorization|bearer|basic/iu, patterns: [AUTHORIZATION] },
  { sign: new RegExp(NAMES, "iu"), patterns: ASSIGNED },
  { sign: /-u/u, patterns: [USER] },
];

const SECRET_NAME = new RegExp(`${NAMES}|^authorization$|^pwd$`, "iu");
const SECRET_FLAG = new RegExp(`^-{1,2}[\\w-]{0,60}(?:${NAMES})[\\w-]{0,40}$`, "iu");

/** Masks known shapes of secrets, and values that stand beside a name such as `password`. Time is linear in the text. */
export function redactText(text: string): string {
  let clean = text.replace(SHAPES, MASK);
  for (const { sign, patterns } of SIGNED) {
    if (!sign.test(clean)) continue;
    for (const pattern of patterns) clean = clean.replace(pattern, `$1${MASK}`);
  }
  return clean;
}

/** True for a key whose value is never shown, such as `apiKey` or `DB_PASSWORD`. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** True for an option whose next argument is never shown, such as `--password`. */
export function isSecretFlag(argument: string): boolean {
  return SECRET_FLAG.test(argument);
}
