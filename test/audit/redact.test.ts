import fc from "fast-check";
import { expect, test } from "vitest";
import { redact, redactList } from "../../shared/audit/redact.ts";
import { redactText } from "../../shared/audit/redact-text.ts";

const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const PRINTABLE = `${ALPHANUMERIC}!#$%&()*+-./:<=>?@[]^_{|}~,;`;

function chars(alphabet: string, minLength: number, maxLength = minLength) {
  return fc
    .array(fc.constantFrom(...alphabet.split("")), { minLength, maxLength })
    .map((letters) => letters.join(""));
}

/** A secret with the text that makes it recognisable. */
interface Planted {
  readonly text: string;
  readonly secret: string;
}

function shaped(prefix: string, body: fc.Arbitrary<string>): fc.Arbitrary<Planted> {
  return body.map((letters) => ({ text: prefix + letters, secret: letters }));
}

const shapes = fc.oneof(
  shaped("AKIA", chars(UPPER, 16)),
  shaped("ASIA", chars(UPPER, 16)),
  shaped("ghp_", chars(ALPHANUMERIC, 36)),
  shaped("github_pat_", chars(ALPHANUMERIC, 40, 82)),
  shaped("glpat-", chars(ALPHANUMERIC, 20)),
  shaped("xoxb-", chars(ALPHANUMERIC, 20, 60)),
  shaped("npm_", chars(ALPHANUMERIC, 36)),
  shaped("sk-proj-", chars(ALPHANUMERIC, 40, 160)),
  shaped("sk-ant-api03-", chars(ALPHANUMERIC, 90)),
  shaped("eyJhbGciOiJIUzI1NiJ9.", chars(ALPHANUMERIC, 20, 200)),
  shaped("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.", chars(ALPHANUMERIC, 43)),
  chars(ALPHANUMERIC, 64, 800).map((body) => ({
    text: `-----BEGIN RSA PRIVATE KEY-----\n${body}\n-----END RSA PRIVATE KEY-----`,
    secret: body,
  })),
  shaped("-----BEGIN OPENSSH PRIVATE KEY-----\n", chars(ALPHANUMERIC, 64, 800)),
  shaped("Authorization: Bearer ", chars(ALPHANUMERIC, 12, 80)),
  shaped("authorization=Basic ", chars(ALPHANUMERIC, 12, 80)),
  chars(ALPHANUMERIC, 8, 30).map((secret) => ({
    text: `postgres://user:${secret}@db.example/app`,
    secret,
  })),
  chars(ALPHANUMERIC, 20, 50).map((secret) => ({ text: `https://${secret}@git.example/a.git`, secret })),
);

const names = fc.constantFrom(
  "password",
  "DB_PASSWORD",
  "passwd",
  "token",
  "NPM_TOKEN",
  "secret",
  "client_secret",
  "apiKey",
  "api_key",
  "X-Api-Key",
  "aws_secret_access_key",
  "private-key",
);
const named = fc
  .tuple(
    names,
    chars(PRINTABLE, 8, 60),
    fc.constantFrom(
      (name: string, value: string) => `${name}=${value}`,
      (name: string, value: string) => `${name}="${value}"`,
      (name: string, value: string) => `${name} = '${value}'`,
      (name: string, value: string) => `${name}: ${value}`,
      (name: string, value: string) => `{"${name}":"${value}"}`,
      (name: string, value: string) => `{"${name}": "${value}", "next": 1}`,
      (name: string, value: string) => JSON.stringify(JSON.stringify({ [name]: value })),
      (name: string, value: string) => `--${name.replaceAll("_", "-")} "${value}"`,
    ),
  )
  .filter(([, value]) => !value.startsWith("-"))
  .map(([name, secret, write]) => ({ text: write(name, secret), secret }));

const planted = fc.oneof(shapes, named);
const prose = fc
  .array(
    fc.constantFrom("run", "the", "build.ts", "\n", "a=1", "--flag", "{", "}", "path/to", "é", "🙂", "7"),
    {
      maxLength: 40,
    },
  )
  .map((words) => words.join(" "));

test("a planted secret never survives in a text", () => {
  fc.assert(
    fc.property(prose, planted, prose, (before, { text, secret }, after) => {
      expect(redactText(`${before} ${text} ${after}`)).not.toContain(secret);
    }),
    { numRuns: 2_000 },
  );
});

test("a known shape is found without any space around it", () => {
  fc.assert(
    fc.property(chars("xyz.,;\"'(", 0, 5), shapes, (glue, { text, secret }) => {
      expect(redactText(glue + text)).not.toContain(secret);
    }),
    { numRuns: 1_000 },
  );
});

test("a planted secret never survives in arguments, however deep and long they are", () => {
  const values = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constant("SECRET"),
      prose,
      fc.array(tie("value"), { maxLength: 5 }),
      fc.dictionary(fc.constantFrom("a", "content", "list"), tie("value")),
    ),
  })).value;
  const length = fc.integer({ min: 0, max: 3_000 });
  fc.assert(
    fc.property(values, planted, length, (shape, { text, secret }, padding) => {
      const input: unknown = JSON.parse(JSON.stringify(shape), (_, value: unknown) =>
        value === "SECRET" ? `${"x ".repeat(padding)}${text} ${"y".repeat(padding)}` : value,
      );
      const kept = JSON.stringify(redact(input));
      // A value may hold what JSON escapes; then its escaped form is looked for.
      expect(kept).not.toContain(JSON.stringify(secret).slice(1, -1));
      expect(kept.length).toBeLessThanOrEqual(2_000);
    }),
    { numRuns: 1_000 },
  );
});

test("values under secret keys are masked, whatever they are", () => {
  expect(
    redact({
      apiKey: "short",
      user: { Password: 12345, name: "ada" },
      tokens: ["kept"],
      secrets: ["a", { b: "c" }],
      Authorization: "x",
      maxTokens: 100,
    }),
  ).toEqual({
    apiKey: "[redacted]",
    user: { Password: "[redacted]", name: "ada" },
    tokens: ["kept"],
    secrets: "[redacted]",
    Authorization: "[redacted]",
    maxTokens: 100,
  });
});

test("the argument after a secret option is masked", () => {
  expect(
    redactList(["curl", "-u", "ada:pw12", "--api-token", "abc", "--verbose", "-H", "Cookie: a=b"]),
  ).toEqual([
    "curl",
    "-u",
    "ada:[redacted]",
    "--api-token",
    "[redacted]",
    "--verbose",
    "-H",
    "Cookie: [redacted]",
  ]);
});

test("what follows a masked header stays readable", () => {
  expect(redactText('curl -H "X-Api-Key: abc def" -H "Authorization: Bearer xyz" https://a.example/b')).toBe(
    'curl -H "X-Api-Key: [redacted]" -H "Authorization: Bearer [redacted]" https://a.example/b',
  );
});

test("ordinary arguments are kept as they are", () => {
  const input = {
    path: "src/tokenizer.ts",
    pattern: "max_tokens: 5|passed (\\d+)",
    globs: ["**/*.ts", "git@host.example:a/b.git"],
    limit: 20,
    range: null,
    dryRun: false,
    ref: "4946125c0ffee4946125c0ffee4946125c0ffee0",
    url: "https://docs.example:8080/a?b=c",
  };
  expect(redact(input)).toEqual(input);
});

test("a long text is kept as head, length and hash", () => {
  const kept = redact({ content: "line one\n".repeat(5_000) });
  expect(kept).toEqual({
    content: expect.stringMatching(
      /^line one\nline one\n[^]*\.\.\. \(45000 characters, sha256 [0-9a-f]{12}\)$/u,
    ),
  });
});

test("anything at all becomes at most 2,000 characters of JSON", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`key${index}`, index]));
  for (const input of [
    cycle,
    wide,
    10n,
    undefined,
    Symbol("s"),
    () => 1,
    [[[[[[[[1]]]]]]]],
    "\u0000".repeat(1e6),
  ]) {
    expect(JSON.stringify(redact(input)).length).toBeLessThanOrEqual(2_000);
  }
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, maxDepth: 8, maxKeys: 60 }), (input) => {
      expect(JSON.stringify(redact(input)).length).toBeLessThanOrEqual(2_000);
    }),
  );
});

test("redacting twice changes nothing more", () => {
  fc.assert(
    fc.property(prose, planted, (before, { text }) => {
      const once = redactText(`${before} ${text}`);
      expect(redactText(once)).toBe(once);
    }),
  );
});

test("a hostile megabyte takes time in proportion to its length", () => {
  const seeds = [
    "a",
    " ",
    "-",
    "--",
    '"',
    "'",
    "\\",
    '\\"',
    "eyJ",
    "eyJeyJeyJeyJ.",
    "eyJaaaaaaaaa.eyJ",
    "sk-",
    "AKIA",
    "://",
    "://a",
    "://a:",
    "://a:b",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN A PRIVATE KEY----- -----END ",
    "token",
    "token ",
    "token=",
    'token="',
    "token='\\",
    "token: ",
    "token: \"' ",
    "-token-",
    " -token ",
    "--a-token",
    "password",
    "passpasswordsecret",
    "_pwd",
    "authorization",
    "authorization: ",
    "authorization:bearer ",
    "bearer ",
    "bearer aaaaaaaaa",
    "basic aaaaaaaaaaaaaaa ",
    " -u a",
    " -u a:",
    "hooks.slack.com/services/",
    "secret".repeat(3),
    "api_key\"' ",
    "\n",
    "token.-.-",
  ];
  const time = (text: string): number => {
    const started = performance.now();
    redactText(text);
    return performance.now() - started;
  };
  for (const seed of seeds) {
    const text = seed.repeat(Math.ceil(1_000_000 / seed.length));
    // Quadratic work on a megabyte would take minutes.
    expect(time(text), JSON.stringify(seed)).toBeLessThan(5_000);
    expect(time(`token="${text}`), `quoted ${JSON.stringify(seed)}`).toBeLessThan(5_000);
  }
});
