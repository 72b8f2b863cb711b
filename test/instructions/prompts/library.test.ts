import { execFileSync } from "node:child_process";
import { rm, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { libraryOf } from "./library-of.ts";

const IN = ".plumbline/prompts";
const FULL = `---
title: Release notes
description: What is new.
tags: [Release, docs]
arguments:
  - name: since
    description: A tag.
    required: true
  - name: tone
    default: plain
    values: [plain, Proud, terse]
  - name: file
    kind: path
  - short
---

Notes since {{ since }}, {{tone}}, {{ file }}|{{ short }}.
`;

test("a file with all fields is understood", async () => {
  await using mine = await libraryOf({ "release-notes.md": FULL });
  const prompt = await mine.library.find("release-notes");
  expect(prompt).toEqual({
    name: "release-notes",
    title: "Release notes",
    description: "What is new.",
    tags: ["release", "docs"],
    arguments: [
      { name: "since", description: "A tag.", required: true, default: "", values: [], kind: "text" },
      {
        name: "tone",
        description: "",
        required: false,
        default: "plain",
        values: ["plain", "Proud", "terse"],
        kind: "text",
      },
      { name: "file", description: "", required: false, default: "", values: [], kind: "path" },
      { name: "short", description: "", required: false, default: "", values: [], kind: "text" },
    ],
    template: "vars",
    firstLine: 17,
    body: "Notes since {{ since }}, {{tone}}, {{ file }}|{{ short }}.",
    from: "project",
    shown: `${IN}/release-notes.md`,
    text: FULL,
  });
  expect(await mine.told()).toEqual([]);
});

test("a file of mere text is a prompt, titled by its heading or else by its name", async () => {
  await using mine = await libraryOf({
    "say-hello.md": "Say hello.\r\n",
    "other.md": "Do it.\n\n# The title\n",
  });
  expect(await mine.library.find("say-hello")).toMatchObject({
    title: "Say hello",
    description: "Say hello",
    arguments: [],
    body: "Say hello.",
  });
  expect(await mine.library.find("other")).toMatchObject({ title: "The title" });
});

describe("filling in", () => {
  test("takes what is given, else the default, and names the file in the first line", async () => {
    await using mine = await libraryOf({ "release-notes.md": FULL });
    expect(await mine.fill("release-notes", { since: "v1", tone: "  ", short: "x" })).toBe(
      `[prompt release-notes of this project: ${IN}/release-notes.md]\n\nNotes since v1, plain, |x.`,
    );
  });

  test("says nothing of where the person's own came from", async () => {
    await using mine = await libraryOf();
    await mine.writeOwn("mine.md", "Be kind.");
    expect(await mine.fill("mine")).toBe("Be kind.");
    expect((await mine.library.find("mine")).shown).toBe("~/.config/plumbline/prompts/mine.md");
  });

  test("names what is missing, unknown or misspelt", async () => {
    await using mine = await libraryOf({ "release-notes.md": FULL });
    await expect(mine.fill("release-notes", { since: " " })).rejects.toMatchObject({
      code: "invalid_input",
      message: "release-notes needs the argument since (A tag.)",
    });
    await expect(mine.fill("release-notes", { sinse: "v1" })).rejects.toMatchObject({
      message: 'release-notes has no argument "sinse"',
      hint: "Did you mean since? It takes: since, tone, file, short.",
    });
    await expect(mine.fill("release-nots")).rejects.toMatchObject({
      code: "not_found",
      hint: "Did you mean release-notes?",
    });
  });

  test("never looks at a value again", async () => {
    const liquid = "---\ntemplate: liquid\narguments: [a, b]\n---\n{{ a }}{{ b }}";
    await using mine = await libraryOf({
      "v.md": "---\narguments: [a, b]\n---\n{{ a }}{{ b }}",
      "l.md": liquid,
    });
    const given = { a: "{{ b }}{% raw %}", b: "$& {{ a }}" };
    for (const name of ["v", "l"])
      expect(await mine.fill(name, given)).toContain("\n\n{{ b }}{% raw %}$& {{ a }}");
  });

  test("has conditions and loops only where the file asks for Liquid", async () => {
    const body =
      "{% if a %}A{% endif %}{{ b | default: 'none' }}{% if b %}{% for i in b %}{{ i }};{% endfor %}{% endif %}";
    await using mine = await libraryOf({
      "plain.md": `---\narguments: [a, b]\n---\n${body}`,
      "liquid.md": `---\ntemplate: liquid\narguments: [a, b]\n---\n${body}`,
    });
    expect(await mine.fill("plain", { a: "1" })).toContain(body);
    expect(await mine.fill("liquid", { a: "1" })).toMatch(/\n\nAnone$/u);
    expect(await mine.fill("liquid", { b: "2" })).toMatch(/\n\n22;$/u);
  });

  test.each([
    ["an endless loop", "{% for a in (1..99999999) %}{% for b in (1..99999999) %}x{% endfor %}{% endfor %}"],
    ["a file", "{% include '/etc/passwd' %}"],
    ["a file by another tag", "{% render 'secret.txt' %}"],
    ["a layout", "{% layout '../outside/secret.txt' %}"],
    ["a prototype", "{{ a.constructor.constructor }}"],
    ["a tag that does not end", "{% if a %}"],
    ["a variable that there is not", "{{ nobody }}"],
  ])("of %s in Liquid is refused and gives half of nothing", async (_, body) => {
    await using mine = await libraryOf({ "bad.md": `---\ntemplate: liquid\narguments: [a]\n---\n${body}` });
    await expect(mine.fill("bad", { a: "x" })).rejects.toMatchObject({
      code: "invalid_input",
      message: expect.stringMatching(
        /^\.plumbline\/prompts\/bad\.md(:5)? cannot be filled in: (?!.*as it is written)/u,
      ),
    });
  });

  test("refuses values that make it endless", async () => {
    await using mine = await libraryOf({ "many.md": `---\narguments: [a]\n---\n${"{{ a }} ".repeat(50)}` });
    await expect(mine.fill("many", { a: "x".repeat(100_000) })).rejects.toThrow("longer than 256 KiB");
  });
});

describe("what stands before what", () => {
  test("the project's before the person's own before ours, and nobody has to wonder", async () => {
    await using mine = await libraryOf({ "explain-code.md": "P", "both.md": "P" });
    await mine.writeOwn("both.md", "O");
    await mine.writeOwn("review-change.md", "O");
    const { prompts, problems } = await mine.library.read();
    const from = new Map(prompts.map((prompt) => [prompt.name, prompt.from]));
    expect(["both", "explain-code", "review-change", "write-docs"].map((name) => from.get(name))).toEqual([
      "project",
      "project",
      "own",
      "builtin",
    ]);
    expect(prompts.map(({ name }) => name)).toEqual([...from.keys()].sort());
    expect(problems.map(({ level, path, message }) => `${level} ${path} ${message}`)).toEqual([
      `info ${IN}/both.md stands before ~/.config/plumbline/prompts/both.md`,
      `info ${IN}/explain-code.md stands before the built-in one`,
      "info ~/.config/plumbline/prompts/review-change.md stands before the built-in one",
    ]);
  });

  test("a broken file of the project leaves the built-in one in place", async () => {
    await using mine = await libraryOf({ "explain-code.md": "---\n[" });
    expect((await mine.library.find("explain-code")).from).toBe("builtin");
    expect(await mine.told()).toEqual([`bad_frontmatter ${IN}/explain-code.md:1`]);
  });
});

describe("files that are not right are told with their line, and the others load", () => {
  const nested = `---\na: ${"[".repeat(3_000)}\n---\nx`;
  const bomb = `---\na: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefgh"
    .split("")
    .map((key, at) => `${key}: &${key} [${`*${"abcdefgh"[at]},`.repeat(9)}]`)
    .join("\n")}\n---\nx`;
  test.each<[string, string, string[]]>([
    ["an end that never comes", "---\ntitle: a\n\nBody", ["bad_frontmatter bad.md:1"]],
    ["YAML that is none", "---\ntitle: a\ntags: [a\n---\nBody", ["bad_frontmatter bad.md:3"]],
    ["a key twice", "---\ntitle: a\ntitle: b\n---\nBody", ["bad_frontmatter bad.md:3"]],
    ["a list in place of fields", "---\n- a\n---\nBody", ["bad_frontmatter bad.md:2"]],
    ["a billion laughs", bomb, ["bad_frontmatter bad.md:2"]],
    ["an alias", "---\ntitle: &a x\ndescription: *a\n---\nBody", ["bad_frontmatter bad.md:2"]],
    ["deep nesting", nested, ["bad_frontmatter bad.md:2"]],
    [
      "deep indentation",
      `---\n${Array.from({ length: 200 }, (_, at) => `${" ".repeat(at)}a:`).join("\n")}\n---\nx`,
      ["bad_frontmatter bad.md:2"],
    ],
    ["a very long frontmatter", `---\n${"a: b\n".repeat(5_000)}---\nx`, ["bad_frontmatter bad.md:2"]],
    ["no text", "---\ntitle: a\n---\n\n", ["empty bad.md:4"]],
    ["nothing at all", "", ["empty bad.md:1"]],
    ["NUL characters", "a\0b", ["refused bad.md"]],
    ["too many bytes", "x".repeat(300_000), ["refused bad.md"]],
  ])("%s", async (_, text, told) => {
    await using mine = await libraryOf({ "bad.md": text, "good.md": "Fine." });
    expect(await mine.names()).toEqual(["good"]);
    expect(await mine.told()).toEqual(told.map((each) => each.replace("bad.md", `${IN}/bad.md`)));
  });

  test.each<[string, string, string[]]>([
    [
      "fields of other types",
      "---\ntitle: [a]\ndescription: {a: b}\ntags: {a: b}\ntemplate: jinja\n---\nBody",
      ["bad_field bad.md:2", "bad_field bad.md:3", "bad_field bad.md:4", "bad_field bad.md:5"],
    ],
    ["arguments that are no list", "---\narguments: yes\n---\nBody", ["bad_field bad.md:2"]],
    [
      "arguments without a name",
      "---\narguments:\n  - description: x\n  - [a]\n  - name: a b\n---\nBody",
      ["bad_field bad.md:3", "bad_field bad.md:4", "bad_field bad.md:5"],
    ],
    [
      "special names",
      "---\n__proto__: {polluted: yes}\narguments:\n  - name: __proto__\n  - __proto__\n---\nBody",
      ["bad_field bad.md:4", "bad_field bad.md:5"],
    ],
    ["two arguments of a name", "---\narguments: [a, a]\n---\n{{ a }}", ["bad_field bad.md:2"]],
    [
      "a field that is misspelt",
      "---\nargument: [a]\narguments:\n  - name: a\n    requird: true\n---\n{{ a }}",
      ["unknown_key bad.md", "unknown_key bad.md"],
    ],
    [
      "a name that is no argument",
      "---\narguments: [topic]\n---\n\nOne\n{{ topic }} {{ topik }}\n",
      ["undeclared bad.md:6"],
    ],
    [
      "characters that nobody sees",
      "Hi\u{200B}\u{202E}\u{E0041}\u{E0042}",
      ["bidi_controls bad.md:1", "tag_characters bad.md:1", "zero_width bad.md:1"],
    ],
    [
      "a required argument of a wrong word",
      "---\narguments:\n  - name: a\n    required: perhaps\n---\n{{ a }}",
      ["bad_field bad.md:4"],
    ],
  ])("%s: it loads all the same", async (_, text, told) => {
    await using mine = await libraryOf({ "bad.md": text });
    expect(await mine.names()).toEqual(["bad"]);
    expect(await mine.told()).toEqual(told.map((each) => each.replace("bad.md", `${IN}/bad.md`)));
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    expect((await mine.library.find("bad")).text).not.toMatch(/[\u{200B}\u{202E}\u{E0041}]/u);
  });

  test("a sentence with a colon is taken as it stands", async () => {
    const text =
      "---\ntitle: Review: the change\ndescription: Finds: bugs # really\narguments:\n  - name: a\n    description: A: b\n---\n{{ a }}";
    await using mine = await libraryOf({ "colon.md": text });
    expect(await mine.library.find("colon")).toMatchObject({
      title: "Review: the change",
      description: "Finds: bugs # really",
      arguments: [{ name: "a", description: "A: b" }],
    });
    expect(await mine.told()).toEqual([]);
  });

  test("names that are not kebab-case, and files in folders, are no prompts", async () => {
    await using mine = await libraryOf({
      "README.md": "x",
      "Bad_Name.md": "x",
      "a--b.md": "x",
      "evil\u{202E}name.md": "x",
      "more/inner.md": "x",
      "note.txt": "x",
    });
    expect(await mine.names()).toEqual([]);
    expect(await mine.told()).toEqual([
      `name ${IN}/Bad_Name.md`,
      `name ${IN}/README.md`,
      `name ${IN}/a--b.md`,
      `name ${IN}/evil\\u{202e}name.md`,
    ]);
  });

  test("links that lead out of the root and things that are no files are not read", async () => {
    await using mine = await libraryOf({ "good.md": "Fine." });
    const { root, outside } = mine.ground;
    await symlink(join(outside, "secret.txt"), join(root, IN, "leak.md"));
    await symlink("good.md", join(root, IN, "alias.md"));
    await symlink("loop.md", join(root, IN, "loop.md"));
    execFileSync("mkfifo", [join(root, IN, "pipe.md")]);
    expect(await mine.names()).toEqual(["alias", "good"]);
    expect(await mine.told()).toEqual(["leak", "loop", "pipe"].map((name) => `refused ${IN}/${name}.md`));
    expect(JSON.stringify(await mine.library.read())).not.toContain("SECRET-FROM-OUTSIDE");
  });

  test("a folder that is a link out of the root holds nothing", async () => {
    await using mine = await libraryOf({ "good.md": "Fine." });
    const { root, outside } = mine.ground;
    await writeFile(join(outside, "planted.md"), "Do evil.");
    await rm(join(root, IN), { recursive: true });
    await symlink(outside, join(root, IN));
    expect(await mine.names()).toEqual([]);
  });
});

test("what changes on the disk is there at the next look", async () => {
  await using mine = await libraryOf({ "a.md": "One." });
  expect(await mine.fill("a")).toContain("One.");
  await mine.write("a.md", "Two!");
  expect(await mine.fill("a")).toContain("Two!");
  await unlink(join(mine.ground.root, IN, "a.md"));
  await expect(mine.fill("a")).rejects.toThrow("there is no prompt");
});

test("who watches is told when the list changes, and only then", async () => {
  await using mine = await libraryOf({ "a.md": "One." });
  let told = 0;
  const stop = await mine.library.watch(() => (told += 1));
  await mine.write("a.md", "Another text, which no list shows.");
  await mine.write("b.md", "New.");
  await expect.poll(() => told, { timeout: 5_000 }).toBe(1);
  stop();
});

describe("completion", () => {
  const complete = async (mine: Awaited<ReturnType<typeof libraryOf>>, argument: string, value: string) =>
    mine.library.complete({ prompt: "release-notes", argument, value, signal: new AbortController().signal });

  test("gives the values that begin so, whatever the case", async () => {
    await using mine = await libraryOf({ "release-notes.md": FULL });
    expect(await complete(mine, "tone", "p")).toEqual({ values: ["plain", "Proud"], total: 2 });
    expect(await complete(mine, "since", "v")).toEqual({ values: [], total: 0 });
    await expect(complete(mine, "tune", "")).rejects.toMatchObject({
      code: "invalid_input",
      hint: expect.stringContaining("tone"),
    });
  });

  test.each([
    ["", ["README.md", "src/"], 2],
    [".", [".hidden", ".plumbline/"], 2],
    ["src/", ["src/main.ts", "src/more/"], 2],
    ["src/mo", ["src/more/"], 1],
    ["src/more/a.ts", ["src/more/a.ts"], 1],
    ["nothing/", [], 0],
    ["../", [], 0],
    ["/etc/", [], 0],
    ["\0", [], 0],
  ])("of a path that begins %j", async (typed, values, total) => {
    await using mine = await libraryOf({ "release-notes.md": FULL });
    expect(await complete(mine, "file", typed)).toEqual({ values, total });
  });

  test("of paths stops at a hundred and tells how many there are", async () => {
    await using mine = await libraryOf({ "release-notes.md": FULL });
    const { root } = mine.ground;
    await Promise.all(Array.from({ length: 130 }, (_, at) => writeFile(join(root, `f${at}`), "")));
    const { values, total } = await complete(mine, "file", "f");
    expect([values.length, total]).toEqual([100, 130]);
  });
});
