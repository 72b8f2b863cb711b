import { createHash } from "node:crypto";
import { chmod, link, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProjectFiles } from "../../../instructions/find/instruction-files.ts";
import { layout, type Layout } from "./layout.ts";

const KIB = 1024;

/** The text, or why there is none. */
async function read({ files, base }: Layout, name: string): Promise<string | undefined> {
  const text = await files.read(join(base, name));
  return text?.kind === "text" ? text.text : text?.why;
}

describe.each(["handles", "compare"] as const)("files contained by %s", (containment) => {
  test("are read with the place where they really are, and a hash of their bytes", async () => {
    await using made = await layout(
      { "root/AGENTS.md": "é\n", "root/a/CLAUDE.md": "-> ../AGENTS.md", "root/l": "-> a" },
      { containment },
    );
    const direct = await made.files.read(made.at("root/AGENTS.md"));
    expect(direct).toEqual({
      kind: "text",
      text: "é\n",
      realPath: made.at("root/AGENTS.md"),
      hash: createHash("sha256").update("é\n").digest("hex"),
    });
    expect(await made.files.read(made.at("root/a/CLAUDE.md"))).toEqual(direct);
    expect(await made.files.read(made.at("root/l/CLAUDE.md"))).toEqual(direct);
  });

  test("that cannot be used say why, without an absolute path", async () => {
    await using made = await layout(
      {
        "out/x.md": "SECRET",
        "root/out.md": "-> ../out/x.md",
        "root/absolute.md": "-> BASE/out/x.md",
        "root/dir": "-> ../out",
        "root/ring.md": "-> ring.md",
        "root/nothing.md": "-> gone.md",
        "root/passwd.md": "-> /etc/passwd",
        "root/fifo.md": "FIFO",
        "root/folder.md/x": "",
        "root/null.md": "-> /dev/null",
        "root/nul.md": "a\0b",
        "root/binary.md": Buffer.from([0x61, 0xff, 0xfe]),
        "root/utf16.md": Buffer.from("text", "utf16le"),
        "root/full.md": "x".repeat(256 * KIB),
        "root/huge.md": "x".repeat(256 * KIB + 1),
        "root/.env": "SECRET",
        "root/env.md": "-> .env",
        "root/.ssh/notes.md": "SECRET",
        "root/blank.md": "",
      },
      { containment },
    );
    const out = "it is, or lies behind, a link that leads out of the root";
    const secret = "its name is one that secrets have, so it is not read";
    const expected = {
      "out.md": out,
      "absolute.md": out,
      "dir/x.md": out,
      "dir/missing.md": out,
      "passwd.md": out,
      "null.md": out,
      "ring.md": "it is no regular file, or its links never end",
      "nothing.md": "it is a link to nothing",
      "fifo.md": "it is no regular file, or its links never end",
      "folder.md": "it is no regular file, or its links never end",
      "nul.md": "it holds NUL characters, so it is no text",
      "binary.md": "it is not UTF-8 text",
      "utf16.md": "it holds NUL characters, so it is no text",
      "full.md": "x".repeat(256 * KIB),
      "huge.md": "it is larger than 256 KiB",
      ".env": secret,
      "env.md": secret,
      ".ssh/notes.md": secret,
      "blank.md": "",
      "missing.md": undefined,
      "missing/deep.md": undefined,
      "blank.md/x.md": undefined,
    };
    for (const [name, told] of Object.entries(expected)) {
      expect.soft(await read(made, `root/${name}`), name).toBe(told);
      expect.soft(await read(made, `root/${name}`), `${name}, once more`).toBe(told);
    }
    expect(await read(made, "out/x.md")).toBe("it lies outside the folders that instructions are read from");
    expect(await read(made, "root/../out/x.md")).toMatch(/^it lies outside/u);
  });

  test("are what they are now, however little time has passed", async () => {
    await using made = await layout({ "root/a.md": "0" }, { containment });
    for (let round = 1; round <= 60; round++) {
      await writeFile(made.at("root/a.md"), String(round % 10));
      expect(await read(made, "root/a.md")).toBe(String(round % 10));
    }
    await sleep(100);
    expect(await read(made, "root/a.md")).toBe("0");
    // the same size and time, as a tool that sets times back leaves it
    const then = new Date(1_700_000_000_000);
    await utimes(made.at("root/a.md"), then, then);
    await sleep(60);
    expect(await read(made, "root/a.md")).toBe("0");
    await writeFile(made.at("root/b.md"), "9");
    await utimes(made.at("root/b.md"), then, then);
    await rename(made.at("root/b.md"), made.at("root/a.md"));
    expect(await read(made, "root/a.md")).toBe("9");
    await rm(made.at("root/a.md"));
    expect(await read(made, "root/a.md")).toBeUndefined();
    await symlink("c.md", made.at("root/a.md"));
    expect(await read(made, "root/a.md")).toBe("it is a link to nothing");
    await writeFile(made.at("root/c.md"), "linked");
    expect(await read(made, "root/a.md")).toBe("linked");
  });

  test("behind links that move are followed where they lead now, never out", async () => {
    await using made = await layout(
      {
        "out/x.md": "SECRET",
        "root/one/x.md": "one",
        "root/two/x.md": "two",
        "root/link": "-> one",
        "root/indirect": "-> link",
        "root/plain/x.md": "plain",
      },
      { containment },
    );
    await sleep(60);
    expect(await read(made, "root/indirect/x.md")).toBe("one");
    expect(await read(made, "root/plain/x.md")).toBe("plain");
    await rm(made.at("root/link"));
    await symlink("two", made.at("root/link"));
    expect(await read(made, "root/indirect/x.md")).toBe("two");
    await rm(made.at("root/link"));
    await symlink("../out", made.at("root/link"));
    expect(await read(made, "root/indirect/x.md")).toMatch(/leads out of the root$/u);
    await rm(made.at("root/plain"), { recursive: true });
    await symlink("../out", made.at("root/plain"));
    expect(await read(made, "root/plain/x.md")).toMatch(/leads out of the root$/u);
  });

  test("in a folder are listed with their endings, by code unit, links that lead out by their own name", async () => {
    await using made = await layout(
      {
        "out/s.md": "SECRET",
        "out/more/t.md": "SECRET",
        "root/r/b.md": "",
        "root/r/a/z.mdc": "",
        "root/r/a/.hidden.md": "",
        "root/r/a.md": "",
        "root/r/x.txt": "",
        "root/r/node_modules/n.md": "",
        "root/r/s.md": "-> ../../out/s.md",
        "root/r/more": "-> ../../out/more",
        "root/r/gone.md": "-> nowhere",
        "root/r/folder.md/in.md": "",
      },
      { containment },
    );
    const list = async (...endings: string[]): Promise<string[]> =>
      (await made.files.list(made.at("root/r"), endings)).map((path) =>
        path.slice(made.at("root/r/").length),
      );
    const md = ["a.md", "a/.hidden.md", "b.md", "folder.md/in.md", "gone.md", "s.md"];
    expect(await list(".md")).toEqual(md);
    expect(await list(".md")).toEqual(md);
    expect(await list(".mdc", ".txt")).toEqual(["a/z.mdc", "x.txt"]);
    await writeFile(made.at("root/r/a/new.md"), "");
    expect(await list(".md")).toEqual([...md.slice(0, 2), "a/new.md", ...md.slice(2)]);
    expect(await made.files.list(made.at("root/missing"), [".md"])).toEqual([]);
    expect(await made.files.list(made.at("out"), [".md"])).toEqual([]);
  });

  test("are listed in folders that links make endless", async () => {
    await using made = await layout(
      {
        "root/r/x.md": "",
        "root/r/self": "-> .",
        "root/r/up": "-> ../r",
        "root/r/a/down": "-> ..",
        "root/r/a/y.md": "",
      },
      { containment },
    );
    expect(await made.files.list(made.at("root/r"), [".md"])).toEqual(
      ["a/y.md", "x.md"].map((name) => made.at(`root/r/${name}`)),
    );
  });

  test("of the person's are read wherever their links lead, but for secrets", async () => {
    await using made = await layout(
      {
        "dotfiles/c.md": "mine",
        "home/.claude/CLAUDE.md": "-> ../../dotfiles/c.md",
        "home/.claude/rules": "-> ../../dotfiles/rules",
        "dotfiles/rules/r.md": "rule",
        "home/.claude/.credentials.json": "SECRET",
        "home/.ssh/id_rsa": "SECRET",
        "home/.claude/key.md": "-> ../.ssh/id_rsa",
        "home/.claude/gone.md": "-> nowhere",
        "home/.claude/huge.md": "x".repeat(256 * KIB + 1),
        "home/.claude/nul.md": "\0",
        "home/.claude/fifo.md": "FIFO",
        "config/AGENTS.md": "config",
        "etc/plumbline/AGENTS.md": "managed",
        "root/x.md": "-> ../home/.claude/CLAUDE.md",
      },
      { containment },
    );
    expect(await made.files.read(made.at("home/.claude/CLAUDE.md"))).toMatchObject({
      text: "mine",
      realPath: made.at("dotfiles/c.md"),
    });
    expect(await made.files.list(made.at("home/.claude/rules"), [".md"])).toEqual([
      made.at("home/.claude/rules/r.md"),
    ]);
    const secret = "its name is one that secrets have, so it is not read";
    const expected = {
      "home/.claude/rules/r.md": "rule",
      "config/AGENTS.md": "config",
      "etc/plumbline/AGENTS.md": "managed",
      "home/.claude/.credentials.json": secret,
      "home/.claude/key.md": secret,
      "home/.claude/gone.md": "it is a link to nothing",
      "home/.claude/huge.md": "it is larger than 256 KiB",
      "home/.claude/nul.md": "it holds NUL characters, so it is no text",
      "home/.claude/fifo.md": "it is not a regular file; configuration must be one",
      "home/.claude/none.md": undefined,
      "root/x.md": "it is, or lies behind, a link that leads out of the root",
    };
    for (const [name, told] of Object.entries(expected)) expect.soft(await read(made, name), name).toBe(told);
    await writeFile(made.at("dotfiles/c.md"), "changed");
    expect(await read(made, "home/.claude/CLAUDE.md")).toBe("changed");
  });

  test("that may not be opened say so", async ({ skip }) => {
    if (process.getuid?.() === 0) skip("root may open everything");
    await using made = await layout({ "root/a.md": "x", "root/shut/b.md": "x" }, { containment });
    await chmod(made.at("root/a.md"), 0);
    await chmod(made.at("root/shut"), 0);
    const told = "the operating system does not let us open it: check its owner and mode";
    expect(await read(made, "root/a.md")).toBe(told);
    expect(await read(made, "root/shut/b.md")).toBe(told);
    await chmod(made.at("root/shut"), 0o700);
    await chmod(made.at("root/a.md"), 0o600);
    expect(await read(made, "root/a.md")).toBe("x");
  });

  test("with two names are the same thing under both", async () => {
    await using made = await layout({ "root/a.md": "x" }, { containment });
    await link(made.at("root/a.md"), made.at("root/b.md"));
    expect(await read(made, "root/b.md")).toBe("x");
    await writeFile(made.at("root/a.md"), "y");
    expect(await read(made, "root/b.md")).toBe("y");
  });
});

test("Whatever changes, a look sees what a fresh look sees", async () => {
  const NAMES = ["a", "b", "d/a", "d/b", "l", "d/l"];
  const change = fc.record({
    name: fc.constantFrom(...NAMES),
    as: fc.constantFrom("1", "22", "gone", "-> a", "-> d/a", "-> ../a", "-> ../out.md", "-> l", "-> d"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
      await using made = await layout({ "root/d/": "", "out.md": "SECRET" });
      for (const { name, as } of changes) {
        await rm(made.at(`root/${name}`), { recursive: true, force: true });
        if (as !== "gone") await made.write({ [`root/${name}`]: as }).catch(() => {});
        for (const each of NAMES) {
          const told = await read(made, `root/${each}`);
          expect(told).toBe(await read({ ...made, files: new ProjectFiles(made) }, `root/${each}`));
          expect(told ?? "").not.toContain("SECRET");
        }
      }
    }),
    { numRuns: 15 },
  );
});

test("What is remembered is bounded, and what is forgotten is read again", async () => {
  const names = Array.from({ length: 300 }, (_, index) => `root/f${index}.md`);
  await using made = await layout(Object.fromEntries(names.map((name) => [name, "x".repeat(250 * KIB)])));
  for (const name of [...names, ...names.slice(0, 3)])
    expect((await made.files.read(join(made.base, name)))?.kind).toBe("text");
});
