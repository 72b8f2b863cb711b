import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  closeSync,
  fstatSync,
  ftruncateSync,
  linkSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import filesystem from "../../servers/filesystem/server.ts";
import { callable, type Called } from "../support/call-tool.ts";

const RUNS = Number(process.env["PLUMBLINE_TEST_RUNS"] ?? 60);
/** A file of 1 GiB takes some seconds and as much disk; `TEST_LARGE_FILES=1` asks for it. */
const LARGE_BYTES = process.env["TEST_LARGE_FILES"] === "1" ? 2 ** 30 : 300 * 2 ** 20;
const IS_ROOT = process.getuid?.() === 0;

type Encode = (text: string) => Buffer;

interface Kind {
  readonly name: string;
  readonly mark: Buffer;
  readonly encode: Encode;
  /** Characters that it can say, and that leave no doubt about what it is. */
  readonly letters: string;
  /** Put before every text, so that it is known as what it is. */
  readonly start: string;
}

const big: Encode = (text) => Buffer.from(text, "utf16le").swap16();
const little: Encode = (text) => Buffer.from(text, "utf16le");
const latin: Encode = (text) => Buffer.from(text, "latin1");
const utf8: Encode = (text) => Buffer.from(text, "utf8");
const NO_MARK = Buffer.alloc(0);
const WORDS = "ab \t.";

const KINDS: readonly Kind[] = [
  { name: "UTF-8", mark: NO_MARK, encode: utf8, letters: `${WORDS}äß€漢😀\u2028\u200b`, start: "" },
  {
    name: "UTF-8, marked",
    mark: Buffer.from([0xef, 0xbb, 0xbf]),
    encode: utf8,
    letters: `${WORDS}ä漢`,
    start: "",
  },
  {
    name: "UTF-16LE, marked",
    mark: Buffer.from([0xff, 0xfe]),
    encode: little,
    letters: `${WORDS}ä漢😀Ā`,
    start: "",
  },
  {
    name: "UTF-16BE, marked",
    mark: Buffer.from([0xfe, 0xff]),
    encode: big,
    letters: `${WORDS}ä漢😀Ā`,
    start: "",
  },
  { name: "UTF-16LE", mark: NO_MARK, encode: little, letters: `${WORDS}é漢`, start: "a" },
  { name: "UTF-16BE", mark: NO_MARK, encode: big, letters: `${WORDS}é漢`, start: "a" },
  { name: "latin-1", mark: NO_MARK, encode: latin, letters: `${WORDS}éß\u00a0ÿ`, start: "caf\u00e9 " },
  {
    name: "UTF-8 with broken characters",
    mark: NO_MARK,
    encode: latin,
    letters: WORDS,
    start: "\u00c3\u00a4 \u00c3 \u00ff ",
  },
  {
    name: "UTF-8 with zeros after 64 KiB",
    mark: NO_MARK,
    encode: utf8,
    letters: `${WORDS}ä漢`,
    start: `${"a long line, ".repeat(400)}\n`.repeat(13) + "\0\0\0 ",
  },
  {
    name: "UTF-8 that breaks after 64 KiB",
    mark: NO_MARK,
    encode: latin,
    letters: WORDS,
    start: `${"a long line, ".repeat(400)}\n`.repeat(13) + "\u00ff\u00c3 ",
  },
];

/** A text as its lines, each with the break that ends it; the last one may have none. */
interface Line {
  readonly text: string;
  readonly end: string;
}

interface Sample {
  /** The name of its kind, since that is what a failure shows. */
  readonly of: string;
  readonly lines: readonly Line[];
  readonly mode: number;
}

const LINE_ENDS: Readonly<Record<string, readonly string[]>> = {
  LF: ["\n"],
  CRLF: ["\r\n"],
  mixed: ["\n", "\r\n", "\r\r\n"],
  "CR CR LF": ["\r\r\n"],
};

function kindOf({ of }: Pick<Sample, "of">): Kind {
  const kind = KINDS.find(({ name }) => name === of);
  if (kind === undefined) throw new Error(of);
  return kind;
}

function textOf(lines: readonly Line[]): string {
  return lines.map(({ text, end }) => text + end).join("");
}

function bytesOf({ mark, encode, start }: Kind, lines: readonly Line[]): Buffer {
  return Buffer.concat([mark, encode(start + textOf(lines))]);
}

/** Words of the kind's letters, a carriage return in the middle now and then. */
function words({ letters }: Kind, maxLength: number): fc.Arbitrary<string> {
  const word = fc
    .array(fc.constantFrom(...Array.from(letters)), { maxLength })
    .map((chars) => chars.join(""));
  return fc.oneof(
    { weight: 8, arbitrary: word },
    { weight: 1, arbitrary: fc.tuple(word, word).map(([one, other]) => `a${one}\r${other}b`) },
  );
}

const samples: fc.Arbitrary<Sample> = fc
  .record({ kind: fc.constantFrom(...KINDS), ends: fc.constantFrom(...Object.values(LINE_ENDS)) })
  .chain(({ kind, ends }) =>
    fc.record({
      of: fc.constant(kind.name),
      mode: fc.constantFrom(0o644, 0o600, 0o755, 0o700, 0o664, 0o1644, 0o640),
      lines: fc
        .tuple(
          fc.array(fc.record({ text: words(kind, 12), end: fc.constantFrom(...ends) }), { maxLength: 12 }),
          fc.boolean(),
          fc.constantFrom(0, 0, 0, 5_000),
        )
        .map(([lines, isEnded, long]) => [
          ...lines.map((line, index) =>
            index === 1 ? { ...line, text: line.text + "long ".repeat(long) } : line,
          ),
          ...(isEnded ? [] : [{ text: "end", end: "" }]),
        ]),
    }),
  );

/** What has to be the same, whatever is done to the content. */
function facts(path: string): string {
  const { mode, uid, gid, nlink } = statSync(path);
  return [mode.toString(8), uid, gid, nlink].join(" ");
}

function mtimeOf(path: string): bigint {
  return statSync(path, { bigint: true }).mtimeNs;
}

describe("only the bytes that were to be changed are others", () => {
  let place: Called;
  beforeAll(async () => {
    place = await callable(filesystem);
  });
  afterAll(() => place[Symbol.asyncDispose]());

  /** A file with this content, of some age, mode and owner; its name is a new one. */
  let files = 0;
  function plant(content: Buffer, mode: number): { name: string; path: string } {
    const name = `${++files}.txt`;
    const path = join(place.dir, name);
    writeFileSync(path, content);
    if (IS_ROOT) chownSync(path, 1_234, 5_678);
    chmodSync(path, mode);
    utimesSync(path, 1_700_000_000, 1_700_000_000.123);
    return { name, path };
  }

  /** Calls a tool, compares the file's bytes and facts, undoes the change, and compares again: what is wrong. */
  async function wrong(
    { content, mode }: { readonly content: Buffer; readonly mode: number },
    { expected, call }: { expected: Buffer; call: (name: string) => Promise<string[]> },
  ): Promise<string[]> {
    const { name, path } = plant(content, mode);
    const [before, mtime] = [facts(path), mtimeOf(path)];
    const [said = ""] = await call(name);
    const found: string[] = [];
    const compare = (what: string, now: string, then: string): void => {
      if (now !== then) found.push(`${what}: ${now} instead of ${then}; ${said}`);
    };
    compare("bytes", readFileSync(path).toString("latin1"), expected.toString("latin1"));
    compare("facts", facts(path), before);
    const [, change] = /change ([0-9a-f]{8})/.exec(said) ?? [];
    if (change === undefined) {
      compare("nothing to do", expected.toString("latin1"), content.toString("latin1"));
      return found;
    }
    if (mtimeOf(path) <= mtime) found.push("the time of the last change is as before");
    await place.texts("undo_change", { action: "revert", change });
    compare("bytes undone", readFileSync(path).toString("latin1"), content.toString("latin1"));
    compare("facts undone", `${facts(path)} ${mtimeOf(path)}`, `${before} ${mtime}`);
    return found;
  }

  test("by edit_file", { timeout: 300_000 }, async () => {
    const cases = samples.chain((sample) =>
      fc.record({
        sample: fc.constant(sample),
        places: fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 4 }),
        across: fc.option(fc.nat(), { nil: undefined }),
        news: fc.array(words(kindOf(sample), 8), { minLength: 6, maxLength: 6 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ({ sample, places, across, news }) => {
        const { lines, mode } = sample;
        const kind = kindOf(sample);
        // a marker is one piece, so that none lands in another
        const pieces = lines.map(({ text, end }) => ({ chars: Array.from(text), end }));
        if (pieces.length === 0) pieces.push({ chars: [], end: "" });
        const edits = places.map(([at, column], index) => {
          const { chars } = pieces[at % pieces.length] ?? { chars: [] };
          chars.splice(column % (chars.length + 1), 0, `<${index}>`);
          return { oldText: `<${index}>`, newText: news[index] ?? "", broken: "" };
        });
        const [upper, lower] = [0, 1].map((next) => pieces[((across ?? 0) % pieces.length) + next]);
        if (across !== undefined && upper !== undefined && lower !== undefined) {
          upper.chars.push("<up>");
          lower.chars.unshift("<low>");
          const [one = "", other = ""] = [4, 5].map((index) => news[index]?.replaceAll("\r", ""));
          edits.push({ oldText: "<up>\n<low>", newText: `${one}\n${other}`, broken: upper.end });
        }
        const marked = pieces.map(({ chars, end }) => ({ text: chars.join(""), end }));
        const changed = edits.reduce(
          (text, { oldText, newText, broken }) =>
            text.replace(oldText.replace("\n", broken), () => newText.replace("\n", broken)),
          kind.start + textOf(marked),
        );
        expect(
          await wrong(
            { content: bytesOf(kind, marked), mode },
            {
              expected: Buffer.concat([kind.mark, kind.encode(changed)]),
              call: (path) =>
                place.texts("edit_file", {
                  path,
                  edits: edits.map(({ oldText, newText }) => ({ oldText, newText })),
                }),
            },
          ),
        ).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  test("by apply_patch", { timeout: 300_000 }, async () => {
    const cases = samples
      .filter(({ lines }) => lines.length > 0)
      .chain((sample) =>
        fc.record({
          sample: fc.constant(sample),
          fates: fc.array(fc.constantFrom("keep", "keep", "change", "drop"), {
            minLength: sample.lines.length,
            maxLength: sample.lines.length,
          }),
        }),
      );
    await fc.assert(
      fc.asyncProperty(cases, async ({ sample, fates }) => {
        const { lines, mode } = sample;
        const kind = kindOf(sample);
        // a line that goes just before one that changes could have become it: either break would be right
        const clear = fates.map((fate, index) =>
          fate === "drop" && fates[index + 1] === "change" ? "keep" : fate,
        );
        if (clear.every((fate) => fate === "keep")) return;
        // the start is a line, or lines, of its own
        const start = kind.start === "" ? [] : kind.start.split("\n").map((text) => ({ text, end: "\n" }));
        const whole = [...start, ...lines];
        const all = ["keep", ...clear];
        const fateAt = (index: number): string =>
          index < start.length ? "keep" : (all[index - start.length + 1] ?? "keep");
        const after = whole.flatMap(({ text, end }, index) => {
          if (fateAt(index) === "drop") return [];
          return [{ text: fateAt(index) === "change" ? `${text} changed` : text, end }];
        });
        const plain = { ...kind, start: "" };
        expect(
          await wrong(
            { content: bytesOf(plain, whole), mode },
            {
              expected: bytesOf(plain, after),
              call: (path) => place.texts("apply_patch", { patch: patchOf(path, whole, fateAt) }),
            },
          ),
        ).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  test(
    "by write_file, which keeps encoding, mark and line ends of a text",
    { timeout: 300_000 },
    async () => {
      const cases = samples.chain((sample) =>
        fc.record({
          sample: fc.constant(sample),
          news: fc.array(
            words(kindOf(sample), 12).map((word) => word.replaceAll("\r", "")),
            { maxLength: 5 },
          ),
        }),
      );
      await fc.assert(
        fc.asyncProperty(cases, async ({ sample, news }) => {
          const { lines, mode } = sample;
          const kind = kindOf(sample);
          const content = bytesOf(kind, lines);
          const ends = new Set((kind.start + textOf(lines)).match(/\r?\n/gu) ?? []);
          const isCrlf = ends.size === 1 && ends.has("\r\n");
          const text = news.join("\n");
          const expected = Buffer.concat([
            kind.mark,
            kind.encode(isCrlf ? text.replaceAll("\n", "\r\n") : text),
          ]);
          // nothing tells of an empty file in which encoding it was
          if (content.length === 0) return;
          expect(
            await wrong(
              { content, mode },
              {
                expected,
                call: (path) => place.texts("write_file", { path, content: text, overwrite: true }),
              },
            ),
          ).toEqual([]);
        }),
        { numRuns: RUNS },
      );
    },
  );

  test("by write_file with bytes, whatever was there", async () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
    await fc.assert(
      fc.asyncProperty(bytes, bytes, async (content, expected) => {
        expect(
          await wrong(
            { content, mode: 0o640 },
            {
              expected,
              call: (path) =>
                place.texts("write_file", {
                  path,
                  content: expected.toString("base64"),
                  as: "base64",
                  overwrite: true,
                }),
            },
          ),
        ).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  test("in files that are not held in memory", { timeout: 60_000 }, async () => {
    for (const { encode, mark, name } of KINDS.slice(0, 7)) {
      const filler = `${"0123456789abcde".repeat(40)}\r\n`;
      const half = filler.repeat(4_500);
      const content = Buffer.concat([mark, encode(`caf\u00e9 <0>\n${half}<1>\n<2>\r\n${half}<3>`)]);
      const expected = Buffer.concat([mark, encode(`caf\u00e9 \n${half}one\ntwo\r\n${half}a longer end`)]);
      const edits = [
        { oldText: "<0>", newText: "" },
        { oldText: "<1>\n<2>", newText: "one\ntwo" },
        { oldText: "<3>", newText: "a longer end" },
      ];
      expect(content.length, name).toBeGreaterThan(4 * 2 ** 20);
      expect(
        await wrong(
          { content, mode: 0o600 },
          { expected, call: (path) => place.texts("edit_file", { path, edits }) },
        ),
      ).toEqual([]);
    }
  });

  test("an empty file takes a text, by a tool and by a patch", async () => {
    const inputs = {
      write_file: (path: string) => ({ path, content: "one\n", overwrite: true }),
      apply_patch: (path: string) => ({ patch: `--- a/${path}\n+++ b/${path}\n@@ -0,0 +1 @@\n+one\n` }),
    };
    for (const [name, inputFor] of Object.entries(inputs)) {
      const call = (path: string): Promise<string[]> => place.texts(name, inputFor(path));
      const expected = Buffer.from("one\n");
      expect(await wrong({ content: NO_MARK, mode: 0o755 }, { expected, call })).toEqual([]);
    }
  });

  test("a program that is edited no longer runs as its owner, but runs", async () => {
    const { name, path } = plant(Buffer.from("#!/bin/sh\n"), 0o4755);
    await place.texts("edit_file", { path: name, edits: [{ oldText: "sh", newText: "bash" }] });
    expect(statSync(path).mode & 0o7777).toBe(0o755);
  });
});

/** A patch with three lines of context, one hunk. */
function patchOf(path: string, lines: readonly Line[], fateAt: (index: number) => string): string {
  const changed = lines.flatMap((_, index) => (fateAt(index) === "keep" ? [] : [index]));
  const first = Math.max(0, (changed[0] ?? 0) - 3);
  const last = Math.min(lines.length - 1, (changed.at(-1) ?? 0) + 3);
  const shown = lines.slice(first, last + 1);
  const body = shown.flatMap(({ text, end }, offset) => {
    const line = (sign: string, content: string): string =>
      `${sign}${content}\n${end === "" ? "\\ No newline at end of file\n" : ""}`;
    switch (fateAt(first + offset)) {
      case "keep":
        return [line(" ", text)];
      case "drop":
        return [line("-", text)];
      default:
        return [line("-", text), line("+", `${text} changed`)];
    }
  });
  const dropped = changed.filter((index) => fateAt(index) === "drop").length;
  const [old, fresh] = [shown.length, shown.length - dropped];
  return `--- a/${path}\n+++ b/${path}\n@@ -${first + 1},${old} +${fresh === 0 ? first : first + 1},${fresh} @@\n${body.join("")}`;
}

describe("many at once", () => {
  test("sixteen edits of one file by sixteen spellings of its path are all kept", async () => {
    await using place = await callable(filesystem);
    const lines = Array.from({ length: 16 }, (_, index) => `line ${index}.`);
    writeFileSync(join(place.dir, "a.ts"), `${lines.join("\r\n")}\r\n`);
    symlinkSync(".", join(place.dir, "here"));
    await Promise.all(
      lines.map((line, index) =>
        place.texts("edit_file", {
          path: `${"here/".repeat(index)}${"./".repeat(index)}a.ts`,
          edits: [{ oldText: line, newText: `edited ${index}.` }],
        }),
      ),
    );
    expect(readFileSync(join(place.dir, "a.ts"), "utf8")).toBe(
      `${lines.map((_, index) => `edited ${index}.`).join("\r\n")}\r\n`,
    );
  });

  test("edits, patches and writes with a hash lose nothing of each other", async () => {
    await using place = await callable(filesystem);
    const path = join(place.dir, "a.txt");
    writeFileSync(path, Array.from({ length: 16 }, (_, index) => `line ${index}.\n`).join(""));
    const hash = (await place.texts("stat_path", { path: "a.txt", hash: true })).join("");
    const [, expectedHash] = /"hash":"([0-9a-f]{16})"/.exec(hash) ?? [];
    const calls = Array.from({ length: 12 }, (_, index) => {
      if (index % 3 === 0)
        return {
          name: "edit_file",
          input: { path: "a.txt", edits: [{ oldText: `line ${index}.`, newText: `edited ${index}.` }] },
        };
      if (index % 3 === 1)
        return {
          name: "apply_patch",
          input: {
            patch: `--- a/a.txt\n+++ b/a.txt\n@@ -${index + 1} +${index + 1} @@\n-line ${index}.\n+edited ${index}.\n`,
          },
        };
      return { name: "write_file", input: { path: "a.txt", content: "only this\n", expectedHash } };
    });
    const answers = await Promise.all(calls.map(({ name, input }) => place.call(name, input)));
    const isWrite = (index: number): boolean => calls[index]?.name === "write_file";
    const written = answers.filter(({ error }, index) => isWrite(index) && error === undefined);
    const refused = answers.filter(({ error }, index) => isWrite(index) && error !== undefined);
    expect(written.length).toBeLessThan(2);
    expect(new Set(refused.map(({ error }) => error))).toEqual(new Set(["conflict"]));
    const now = readFileSync(path, "utf8");
    const edited = calls.flatMap((_, index) => (isWrite(index) ? [] : [`edited ${index}.\n`]));
    if (written.length === 0) expect(edited.filter((line) => !now.includes(line))).toEqual([]);
  });
});

describe("a large file", () => {
  test("is edited at its start, middle and end without being held", { timeout: 120_000 }, async () => {
    await using place = await callable(filesystem);
    const path = join(place.dir, "large.log");
    const places = [0, LARGE_BYTES / 2, LARGE_BYTES - 200_000];
    plantLarge(path, places);
    const other = join(place.dir, "other-name.log");
    linkSync(path, other);
    const start = performance.now();
    const base = process.memoryUsage().rss;
    let most = base;
    const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
    const edits = places.map((_, index) => ({
      oldText: `<${index}>`,
      newText: `${"longer ".repeat(index)}text`,
    }));
    const [said = ""] = await place.texts("edit_file", { path: "large.log", edits });
    clearInterval(timer);
    const took = performance.now() - start;
    const mib = Math.round((most - base) / 2 ** 20);
    console.log(`${LARGE_BYTES / 2 ** 20} MiB: ${Math.round(took)} ms, ${mib} MiB more memory`);
    expect(said).toContain("3 places");
    expect(differences(other, path)).toEqual(edits.map(({ oldText, newText }) => [oldText, newText]));
    expect(most - base).toBeLessThan(LARGE_BYTES / 2);
  });
});

/** Zeros, but for lines around each place with a marker among them. */
function plantLarge(path: string, places: readonly number[]): void {
  const fd = openSync(path, "wx");
  ftruncateSync(fd, LARGE_BYTES);
  for (const [index, at] of places.entries()) {
    const lines = `${randomBytes(40).toString("hex")}\n`.repeat(1_000);
    writeSync(fd, `\n${lines}<${index}>\n${lines}`, at);
  }
  closeSync(fd);
}

/** Where the bytes of two files differ, by markers: goes through both at once, piece by piece. */
function differences(before: string, after: string): [string, string][] {
  const [one, other] = [openSync(before, "r"), openSync(after, "r")];
  const found: [string, string][] = [];
  let [at, shift] = [0, 0];
  const read = (fd: number, position: number): Buffer => {
    const buffer = Buffer.alloc(1 << 20);
    return buffer.subarray(0, readSync(fd, buffer, { position }));
  };
  for (;;) {
    const [old, now] = [read(one, at), read(other, at + shift)];
    if (old.length === 0) break;
    const common = Math.min(old.length, now.length);
    if (old.subarray(0, common).equals(now.subarray(0, common))) {
      at += common;
      continue;
    }
    let same = 0;
    while (old[same] === now[same]) same++;
    const [was, is] = [lineAt(read(one, at + same)), lineAt(read(other, at + same + shift))];
    found.push([was, is]);
    at += same + was.length;
    shift += is.length - was.length;
  }
  expect(fstatSync(other).size).toBe(at + shift);
  closeSync(one);
  closeSync(other);
  return found;
}

function lineAt(bytes: Buffer): string {
  return bytes.toString("latin1").split("\n", 1)[0] ?? "";
}
