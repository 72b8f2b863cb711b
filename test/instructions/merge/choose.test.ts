import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { choose } from "../../../instructions/merge/choose.ts";
import type { Read } from "../../../instructions/merge/read.ts";
import { readAt, ROOT } from "./support.ts";

/** What is left of some files, and why the others are not, by their paths. */
function chosen(...reads: readonly Read[]): { kept: string[]; out: Record<string, string> } {
  const { kept, leftOut } = choose(reads);
  return {
    kept: kept.map(shown),
    out: Object.fromEntries(leftOut.map(({ read, reason }) => [shown(read), reason])),
  };
}

function shown({ document }: Read): string {
  return document.source.shown;
}

const main = readAt("AGENTS.md");
const override = readAt("AGENTS.override.md", { source: { role: "override" } });
const claude = readAt("CLAUDE.md", { source: { family: "claude" } });
const local = { source: { family: "claude", role: "local" } } as const;
const ofUser = { source: { scope: "user", path: "/home/me/.codex/AGENTS.md", dir: "" } } as const;

describe("replacing", () => {
  test("an override file replaces the AGENTS.md beside it, and nothing else", () =>
    expect(chosen(main, claude, readAt("a/AGENTS.md"), override)).toEqual({
      kept: ["CLAUDE.md", "a/AGENTS.md", "AGENTS.override.md"],
      out: { "AGENTS.md": "replaced by AGENTS.override.md" },
    }));

  test("a blank one does not", () =>
    expect(
      chosen(readAt("AGENTS.override.md", { source: { role: "override" }, body: " \n\t" }), main),
    ).toEqual({
      kept: ["AGENTS.md"],
      out: { "AGENTS.override.md": "it is empty" },
    }));

  test("override: true does the same from any file of that folder", () => {
    const inFolder = readAt("a/.claude/CLAUDE.md", {
      source: { family: "claude", dir: "a" },
      frontmatter: { override: true },
    });
    expect(chosen(main, readAt("a/AGENTS.md"), inFolder)).toEqual({
      kept: ["AGENTS.md", "a/.claude/CLAUDE.md"],
      out: { "a/AGENTS.md": "replaced by a/.claude/CLAUDE.md" },
    });
  });

  test("a file does not replace itself", () =>
    expect(chosen(readAt("AGENTS.md", { frontmatter: { override: true } })).kept).toEqual(["AGENTS.md"]));

  test("of two that replace each other the later one stays", () => {
    const one = readAt("AGENTS.md", { frontmatter: { override: true } });
    const two = readAt("AGENT.md", { frontmatter: { override: true } });
    expect(chosen(one, two).kept).toEqual(["AGENT.md"]);
  });

  test("a link to the replaced file goes with it, and so does a file that only names it", () => {
    const link = readAt("CLAUDE.md", { source: { family: "claude" }, realPath: `${ROOT}/AGENTS.md` });
    const pointer = readAt(".claude/CLAUDE.md", {
      source: { family: "claude", dir: "" },
      body: "@../AGENTS.md",
      text: "Text of AGENTS.md.",
    });
    expect(chosen(override, main, link, pointer)).toEqual({
      kept: ["AGENTS.override.md"],
      out: {
        "AGENTS.md": "replaced by AGENTS.override.md",
        "CLAUDE.md": "replaced by AGENTS.override.md",
        ".claude/CLAUDE.md": "replaced by AGENTS.override.md",
      },
    });
  });

  test("an override with the same text stays", () =>
    expect(chosen(override, { ...main, text: override.text }).kept).toEqual(["AGENTS.override.md"]));

  test("the person's own folders and the project's root are different places", () => {
    const own = readAt("~/.codex/AGENTS.md", ofUser);
    expect(chosen(own, override).kept).toHaveLength(2);
    const ownOverride = readAt("~/.codex/AGENTS.override.md", {
      source: { ...ofUser.source, path: "/home/me/.codex/AGENTS.override.md", role: "override" },
    });
    const other = readAt("~/.config/AGENTS.md", {
      source: { ...ofUser.source, path: "/home/me/.config/AGENTS.md" },
    });
    expect(chosen(other, own, ownOverride, main).kept).toEqual([
      "~/.config/AGENTS.md",
      "~/.codex/AGENTS.override.md",
      "AGENTS.md",
    ]);
  });
});

describe("dropping all above", () => {
  const all = { frontmatter: { override: "all" } } as const;
  const managed = readAt("/etc/AGENTS.md", {
    source: { scope: "managed", path: "/etc/plumbline/AGENTS.md" },
  });
  const own = readAt("~/.codex/AGENTS.md", ofUser);

  test("the person's file in the project drops what comes before it, but for managed ones", () =>
    expect(
      chosen(managed, own, main, readAt("CLAUDE.local.md", { ...local, ...all }), readAt("a/AGENTS.md")),
    ).toEqual({
      kept: ["/etc/AGENTS.md", "CLAUDE.local.md", "a/AGENTS.md"],
      out: {
        "~/.codex/AGENTS.md": "dropped by CLAUDE.local.md, which overrides all above it",
        "AGENTS.md": "dropped by CLAUDE.local.md, which overrides all above it",
      },
    }));

  test("the person's global file drops what comes before it", () =>
    expect(chosen(own, readAt("~/.claude/CLAUDE.md", { source: ofUser.source, ...all }), main).kept).toEqual([
      "~/.claude/CLAUDE.md",
      "AGENTS.md",
    ]));

  test("it replaces the AGENTS.md of its folder, too, wherever that stands", () =>
    expect(chosen(readAt("CLAUDE.local.md", { ...local, ...all }), main, claude).kept).toEqual([
      "CLAUDE.local.md",
      "CLAUDE.md",
    ]));

  test("what was dropped drops nothing", () =>
    expect(
      chosen(
        managed,
        readAt("AGENTS.override.md", { source: { role: "override" } }),
        readAt("CLAUDE.local.md", { ...local, ...all }),
        readAt("a/AGENTS.md"),
      ).kept,
    ).toEqual(["/etc/AGENTS.md", "CLAUDE.local.md", "a/AGENTS.md"]));
});

describe("copies", () => {
  test("one file under two names counts once, as the first", () =>
    expect(chosen(main, readAt("CLAUDE.md", { realPath: `${ROOT}/AGENTS.md` }))).toEqual({
      kept: ["AGENTS.md"],
      out: { "CLAUDE.md": "the same file as AGENTS.md" },
    }));

  test("one text in two files counts once, whatever surrounds it", () =>
    expect(chosen(main, claude, readAt("a/AGENTS.md", { text: `\n${main.text}\n\n` }))).toEqual({
      kept: ["AGENTS.md", "CLAUDE.md"],
      out: { "a/AGENTS.md": "the same text as AGENTS.md" },
    }));

  test.each<[string, string, string]>([
    ["CLAUDE.md", "@AGENTS.md", "AGENTS.md"],
    ["CLAUDE.md", "\n  @./AGENTS.md\n", "AGENTS.md"],
    ["CLAUDE.md", "AGENTS.md", "AGENTS.md"],
    ["a/CLAUDE.md", "../AGENTS.md", "AGENTS.md"],
    ["a/CLAUDE.md", "@../AGENTS.md", "AGENTS.md"],
    ["CLAUDE.md", `@${ROOT}/AGENTS.md`, "AGENTS.md"],
  ])("%s with only %j counts as %s", (path, body, original) =>
    expect(chosen(main, readAt(path, { body, text: `expanded ${body}` }))).toEqual({
      kept: [original],
      out: { [path]: `it only points to ${original}` },
    }),
  );

  test.each([
    "@AGENTS.md and more",
    "# Rules\n\n@AGENTS.md",
    "@docs/AGENTS.md",
    "@CLAUDE.md",
    "CLAUDE.md",
    "@",
    ".",
  ])("a file with %j counts itself", (body) =>
    expect(chosen(main, readAt("CLAUDE.md", { body })).kept).toEqual(["AGENTS.md", "CLAUDE.md"]),
  );

  test("what points to a later file goes, and what points over others ends at the last", () =>
    expect(
      chosen(
        readAt("AGENTS.md", { body: "@GEMINI.md" }),
        readAt("GEMINI.md", { body: "@CLAUDE.md" }),
        readAt("CLAUDE.md"),
      ),
    ).toEqual({
      kept: ["CLAUDE.md"],
      out: { "AGENTS.md": "it only points to CLAUDE.md", "GEMINI.md": "it only points to CLAUDE.md" },
    }));

  test("what points to a copy names the one that stays", () =>
    expect(
      chosen(main, readAt("a/AGENTS.md", { text: main.text }), readAt("a/CLAUDE.md", { body: "@AGENTS.md" }))
        .out,
    ).toEqual({
      "a/AGENTS.md": "the same text as AGENTS.md",
      "a/CLAUDE.md": "it only points to AGENTS.md",
    }));

  test("files that point at each other in a circle are not lost", () =>
    expect(
      chosen(readAt("AGENTS.md", { body: "@CLAUDE.md" }), readAt("CLAUDE.md", { body: "@AGENTS.md" })).kept,
    ).toEqual(["AGENTS.md", "CLAUDE.md"]));

  test("a name in a reason is escaped", () => {
    const odd = readAt("a\n\u202e.md");
    expect(chosen(odd, readAt("b.md", { text: odd.text })).out["b.md"]).toBe(
      String.raw`the same text as a\u{a}\u{202e}.md`,
    );
  });
});

test("each file is kept or left out, in order, and no text is there twice or lost", () => {
  const names = fc.constantFrom(
    "AGENTS.md",
    "CLAUDE.md",
    "x.md",
    "a/AGENTS.md",
    "a/CLAUDE.md",
    "a/b/AGENTS.md",
  );
  const anyRead = fc
    .record({
      name: names,
      body: fc.constantFrom("one", "two ", "three", "", "@AGENTS.md", "@CLAUDE.md", "../AGENTS.md", "x.md"),
      realPath: names,
      override: fc.constantFrom(false, false, false, true, "all" as const),
      role: fc.constantFrom("main", "main", "override", "local", "rule"),
      scope: fc.constantFrom("managed", "user", "project", "directory", "vendored"),
    })
    .map(({ name, body, realPath, override, role, scope }) =>
      readAt(name, {
        body,
        realPath: `${ROOT}/${realPath}`,
        frontmatter: { override },
        source: { role, scope },
      }),
    );
  fc.assert(
    fc.property(fc.array(anyRead, { maxLength: 8 }), (reads) => {
      const { kept, leftOut } = choose(reads);
      expect([...kept, ...leftOut.map(({ read }) => read)].toSorted(byIndex(reads))).toEqual(reads);
      expect(kept).toEqual(kept.toSorted(byIndex(reads)));
      const texts = kept.map(({ text }) => text.trim());
      const pointers = ["@AGENTS.md", "@CLAUDE.md", "../AGENTS.md", "x.md"];
      expect(new Set(texts).size).toBe(texts.length);
      // who is left out as a copy has a text that is kept
      for (const { read, reason } of leftOut)
        if (reason.startsWith("the same text") && !pointers.includes(read.text))
          expect(texts).toContain(read.text.trim());
      if (reads.some(({ text }) => text.trim() !== "")) expect(kept).not.toEqual([]);
    }),
  );
});

function byIndex(reads: readonly Read[]): (one: Read, other: Read) => number {
  return (one, other) => reads.indexOf(one) - reads.indexOf(other);
}
