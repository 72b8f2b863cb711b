import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  expandImports,
  type ExpandAbout,
  type Expanded,
} from "../../../instructions/imports/expand-imports.ts";
import { parseDocument } from "../../../instructions/parse/parse-document.ts";
import type { FileText, InstructionFiles, Source } from "../../../instructions/shapes.ts";

/** Absolute paths and their texts; `-> path` is a link, `! why` is refused. */
type Tree = Readonly<Record<string, string>>;

class FakeFiles implements InstructionFiles {
  readonly asked: string[] = [];
  readonly #tree: Tree;

  constructor(tree: Tree) {
    this.#tree = tree;
  }

  read(path: string): Promise<FileText | undefined> {
    this.asked.push(path);
    return Promise.resolve(this.#at(path));
  }

  list(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  #at(path: string): FileText | undefined {
    const text = this.#tree[path];
    if (text === undefined) return undefined;
    if (text.startsWith("-> ")) return this.#at(text.slice(3));
    if (text.startsWith("! ")) return { kind: "refused", why: text.slice(2) };
    return { kind: "text", text, realPath: path, hash: path };
  }
}

interface Setting {
  readonly main?: string;
  readonly source?: Partial<Source>;
  readonly about?: Partial<ExpandAbout>;
}

async function expand(tree: Tree, { main = "/home/me/project/AGENTS.md", source, about }: Setting = {}) {
  const files = new FakeFiles(tree);
  const document = parseDocument(tree[main] ?? "", {
    path: main,
    shown: main.startsWith("/home/me/project/")
      ? main.slice("/home/me/project/".length)
      : main.replace("/home/me", "~"),
    scope: "project",
    family: "agents",
    dir: "",
    base: join(main, ".."),
    role: "main",
    ...source,
  });
  const expanded = await expandImports(document, {
    files,
    realPath: main,
    home: "/home/me",
    projectRoot: "/home/me/project",
    alreadyLoaded: new Set([main]),
    ...about,
  });
  return { ...expanded, asked: files.asked };
}

/** `code@line message` of each problem. */
function told({ problems }: Expanded): string[] {
  return problems.map(({ code, line, message }) => `${code}@${line ?? ""} ${message}`);
}

const P = "/home/me/project";
const PERSONAL: Setting = { main: "/home/me/.claude/CLAUDE.md", source: { scope: "user", family: "claude" } };

describe("what is taken in", () => {
  test("stands in its own line's place, and follows at the end where a sentence names it", async () => {
    const done = await expand({
      [`${P}/AGENTS.md`]: "# A\n\n  @docs/a.md  \n\nSee @docs/b.md, and @./docs/c first.\n\n- @docs/d.txt\n",
      [`${P}/docs/a.md`]: "---\npriority: high\n---\n\nText of a.\n\n",
      [`${P}/docs/b.md`]: "Text of b.\n",
      [`${P}/docs/c`]: "Text of c.",
      [`${P}/docs/d.txt`]: "Text of d.",
    });
    expect(done).toMatchObject({
      text: "# A\n\nText of a.\n\nSee @docs/b.md, and @./docs/c first.\n\n- @docs/d.txt\n\nFrom docs/b.md:\n\nText of b.\n\nFrom docs/c:\n\nText of c.\n\nFrom docs/d.txt:\n\nText of d.\n",
      imports: ["docs/a.md", "docs/b.md", "docs/c", "docs/d.txt"],
      realPaths: [`${P}/docs/a.md`, `${P}/docs/b.md`, `${P}/docs/c`, `${P}/docs/d.txt`],
      absent: [],
      problems: [],
    });
  });

  test("is relative to where the importing file really lies", async () => {
    const done = await expand(
      {
        [`${P}/CLAUDE.md`]: "@a.md\n@deep/b.md\n",
        [`${P}/docs/a.md`]: "a",
        [`${P}/docs/deep/b.md`]: "-> /home/me/project/other/b.md",
        [`${P}/other/b.md`]: "b\n@c.md",
        [`${P}/other/c.md`]: "c",
      },
      { main: `${P}/CLAUDE.md`, about: { realPath: `${P}/docs/CLAUDE.md` } },
    );
    expect(done).toMatchObject({
      text: "a\nb\nc\n",
      imports: ["docs/a.md", "docs/deep/b.md", "other/c.md"],
      problems: [],
    });
  });

  test("may lie in the folder above, with a blank, other letters and an ending in capitals", async () => {
    const done = await expand(
      {
        [`${P}/sub/AGENTS.md`]: "@../my\\ notes.md\n@größe.MARKDOWN\n",
        [`${P}/my notes.md`]: "notes",
        [`${P}/sub/größe.MARKDOWN`]: "size",
      },
      { main: `${P}/sub/AGENTS.md` },
    );
    expect(done).toMatchObject({
      text: "notes\nsize\n",
      imports: ["my notes.md", "sub/größe.MARKDOWN"],
      problems: [],
    });
  });

  test("is made safe, and what was wrong with it is told with both lines", async () => {
    const done = await expand({
      [`${P}/AGENTS.md`]: "# A\n@a.md\n",
      [`${P}/a.md`]: "---\npriority: urgent\n---\nhid\u200Bden\n",
    });
    expect(done.text).toBe("# A\nhidden\n");
    expect(told(done)).toEqual([
      "zero_width@2 in a.md line 4: 1 character without a width was taken out (U+200B; line 4)",
      "wrong_field@2 in a.md line 2: priority must be high, normal or low: it was left out",
    ]);
  });

  test("is only named when it is a block of its own or was taken in before", async () => {
    const done = await expand(
      {
        [`${P}/AGENTS.md`]: "@a.md\n@b.md\n@link.md\nSee @a.md and @b.md.\n",
        [`${P}/a.md`]: "a",
        [`${P}/b.md`]: "b\n@a.md\n@d.md",
        [`${P}/link.md`]: `-> ${P}/b.md`,
        [`${P}/d.md`]: "d",
      },
      { about: { alreadyLoaded: new Set([`${P}/a.md`]) } },
    );
    expect(done).toMatchObject({
      text: "(a.md: already given)\nb\n(a.md: already given)\nd\n(link.md: already given)\nSee @a.md and @b.md.\n",
      imports: ["b.md", "d.md"],
      problems: [],
    });
  });

  test("is filled in by itself when it asks for that, before its imports are looked for", async () => {
    const rendered: string[] = [];
    const done = await expand(
      {
        [`${P}/AGENTS.md`]: "---\ntemplate: vars\n---\n@{{ name }}.md\n@missing.md\n",
        [`${P}/a.md`]: "{{ name }}\n@b.md",
        [`${P}/b.md`]: "---\ntemplate: liquid\n---\n{{ name }}",
      },
      {
        about: {
          render: ({ source, frontmatter, body }) => {
            rendered.push(`${source.shown} ${frontmatter.template}`);
            return Promise.resolve(body.replaceAll("{{ name }}", "a\u202E"));
          },
        },
      },
    );
    expect(rendered).toEqual(["AGENTS.md vars", "b.md liquid"]);
    expect(done.text).toBe("{{ name }}\na\n@missing.md\n");
    // the lines of what was filled in are not those of the file
    expect(told(done)).toEqual(["import_missing@ @missing.md is not there"]);
  });
});

describe("what is not there", () => {
  test("is told with its line, and what may be a name only in passing", async () => {
    const text = `# A

@docs/missing.md
Use @types/node, @scope/name@^1.2, @pytest.fixture, @app.route("/x"), and ask me @example.com.
@angular/core/testing/*.ts @v-on:click.prevent @docs/setup
`;
    const done = await expand({ [`${P}/AGENTS.md`]: text });
    expect(done.text).toBe(text);
    expect(done.absent).toContain(`${P}/docs/missing.md`);
    expect(told(done)).toEqual([
      "import_missing@3 @docs/missing.md is not there",
      ...["types/node", "scope/name@^1.2", "pytest.fixture", 'app.route("/x', "example.com"].map(
        (name) => `import_name@4 @${name} was taken for a name: no text file is called so`,
      ),
      "import_not_text@5 @angular/core/testing/*.ts is no text: .md, .mdc, .txt and .markdown files are taken in",
      "import_name@5 @v-on:click.prevent was taken for a name: no text file is called so",
      "import_name@5 @docs/setup was taken for a name: no text file is called so",
    ]);
  });

  test("in a file that was taken in names that file, and the line of the outermost", async () => {
    const done = await expand({
      [`${P}/AGENTS.md`]: "---\ntags: [a]\n---\n\n@docs/a.md\n",
      [`${P}/docs/a.md`]: "---\ntags: [a]\n---\n@b.md\n",
      [`${P}/docs/b.md`]: "\n\n@c.md\n",
    });
    expect(told(done)).toEqual(["import_missing@5 in docs/b.md line 3: @c.md is not there"]);
  });

  test("is escaped where a person reads it", async () => {
    const done = await expand({
      [`${P}/AGENTS.md`]: `@docs/\u00A0\n@docs/\u3000x.md\n@${"a".repeat(300)}/b.md`,
    });
    expect(told(done).at(-1)).toBe(`import_missing@3 @${"a".repeat(200)}… is not there`);
  });
});

describe("attacks", () => {
  const OUT = "leads out of the project";
  test.each<[string, string, string]>([
    ["an absolute path", "@/etc/passwd.md", `import_outside@1 @/etc/passwd.md ${OUT}`],
    ["an absolute path without an ending", "@/etc/passwd", `import_outside@1 @/etc/passwd ${OUT}`],
    ["up and out", "@../../x.md", `import_outside@1 @../../x.md ${OUT}`],
    ["in, up and out", "@docs/../../x.md", `import_outside@1 @docs/../../x.md ${OUT}`],
    ["a folder whose name begins the same", "@../project2/x.md", `import_outside@1 @../project2/x.md ${OUT}`],
    ["the home folder", "@~/x.md", `import_outside@1 @~/x.md ${OUT}`],
    ["up from the home folder", "@~/../x.md", `import_outside@1 @~/../x.md ${OUT}`],
    [
      "an address of a file",
      "@file:///etc/passwd.md",
      "import_refused@1 @file:///etc/passwd.md is an address, and only files are taken in",
    ],
    [
      "an address of a page",
      "@https://example.test/x.md",
      "import_refused@1 @https://example.test/x.md is an address, and only files are taken in",
    ],
    ["another machine", "@//host/share/x.md", "import_outside@1 @//host/share/x.md leads to another machine"],
    [
      "another machine on Windows",
      "@\\\\host\\share\\x.md",
      "import_outside@1 @\\\\host\\share\\x.md leads to another machine",
    ],
    [
      "backslashes",
      "@..\\..\\x.md",
      "import_refused@1 @..\\..\\x.md has backslashes: paths are written with /",
    ],
    ["a link that leads out", "@out.md", "import_outside@1 @out.md is a link that leads elsewhere"],
    [
      "a link that the files refuse",
      "@refused.md",
      "import_refused@1 @refused.md cannot be read: it is a link that leads out",
    ],
    [
      "settings with secrets",
      "@./.env",
      "import_not_text@1 @./.env is no text: .md, .mdc, .txt and .markdown files are taken in",
    ],
    [
      "secrets with an ending",
      "@./.env.md",
      "import_refused@1 @./.env.md is where secrets or a repository's own files are kept",
    ],
    [
      "a key",
      "@./id_rsa",
      "import_refused@1 @./id_rsa is where secrets or a repository's own files are kept",
    ],
    [
      "a key in capitals",
      "@./.SSH/notes.md",
      "import_refused@1 @./.SSH/notes.md is where secrets or a repository's own files are kept",
    ],
    ["a link to a key", "@key.md", "import_outside@1 @key.md is a link that leads elsewhere"],
    [
      "git's own files",
      "@./.git/config",
      "import_refused@1 @./.git/config is where secrets or a repository's own files are kept",
    ],
    [
      "a database",
      "@data/users.db",
      "import_name@1 @data/users.db was taken for a name: no text file is called so",
    ],
    [
      "a script",
      "@./run.sh",
      "import_not_text@1 @./run.sh is no text: .md, .mdc, .txt and .markdown files are taken in",
    ],
    ["a folder", "@docs/", "import_refused@1 @docs/ cannot be read: it is no regular file"],
  ])("%s", async (_, text, problem) => {
    const done = await expand({
      [`${P}/AGENTS.md`]: text,
      [`${P}/out.md`]: "-> /etc/passwd",
      [`${P}/key.md`]: `-> ${P}/id_rsa`,
      [`${P}/refused.md`]: "! it is a link that leads out",
      [`${P}/docs`]: "! it is no regular file",
      [`${P}/id_rsa`]: "SECRET",
      [`${P}/.env`]: "SECRET",
      [`${P}/.env.md`]: "SECRET",
      [`${P}/.git/config`]: "SECRET",
      [`${P}/data/users.db`]: "SECRET",
      "/etc/passwd": "SECRET",
      "/etc/passwd.md": "SECRET",
      "/home/me/x.md": "SECRET",
      "/home/x.md": "SECRET",
      "/home/me/project2/x.md": "SECRET",
    });
    expect(done).toMatchObject({ text, imports: [], realPaths: [] });
    expect(told(done)).toEqual([problem]);
  });

  test("a file that lies in the project reaches the project only, whoever it says it is from", async () => {
    const tree = { [`${P}/CLAUDE.local.md`]: "@~/notes.md\n", "/home/me/notes.md": "SECRET" };
    const local = await expand(tree, { main: `${P}/CLAUDE.local.md`, source: { role: "local" } });
    expect(local).toMatchObject({ text: "@~/notes.md\n", asked: [] });
    const linked = await expand(
      {
        "/home/me/.claude/CLAUDE.md": "@notes.md\n@../notes.md\n",
        [`${P}/notes.md`]: "fine",
        "/home/me/notes.md": "SECRET",
      },
      { ...PERSONAL, about: { realPath: `${P}/CLAUDE.md` } },
    );
    expect(linked).toMatchObject({ text: "fine\n@../notes.md\n" });
  });

  test("a person's own file reaches the home folder, its own folder and the project, and no secrets", async () => {
    const done = await expand(
      {
        "/home/me/.claude/CLAUDE.md":
          "@a.md\n@~/b.md\n@/home/me/project/c.md\n@~/.ssh/id_rsa\n@~/.aws/credentials\n@/etc/x.md\n",
        "/home/me/.claude/a.md": "a",
        "/home/me/b.md": "b",
        [`${P}/c.md`]: "c\n@~/secret.md",
        "/home/me/secret.md": "SECRET",
        "/home/me/.ssh/id_rsa": "SECRET",
        "/home/me/.aws/credentials": "SECRET",
        "/etc/x.md": "SECRET",
      },
      PERSONAL,
    );
    expect(done).toMatchObject({
      text: "a\nb\nc\n@~/secret.md\n@~/.ssh/id_rsa\n@~/.aws/credentials\n@/etc/x.md\n",
      imports: ["~/.claude/a.md", "~/b.md", "c.md"],
    });
    expect(told(done)).toEqual([
      "import_outside@3 in c.md line 2: @~/secret.md leads out of the project",
      "import_refused@4 @~/.ssh/id_rsa is where secrets or a repository's own files are kept",
      "import_refused@5 @~/.aws/credentials is where secrets or a repository's own files are kept",
      "import_outside@6 @/etc/x.md leads out of the project and of your own folders",
    ]);
  });

  test("a person's own file that is a link reaches the folder in which it really lies", async () => {
    const tree = {
      "/home/me/.claude/CLAUDE.md": "@a.md\n@/opt/x.md",
      "/opt/dots/a.md": "a",
      "/opt/x.md": "SECRET",
    };
    const done = await expand(tree, { ...PERSONAL, about: { realPath: "/opt/dots/CLAUDE.md" } });
    expect(done).toMatchObject({ text: "a\n@/opt/x.md", imports: ["a.md"] });
  });

  test("an administrator's file reaches its own folder", async () => {
    const done = await expand(
      { "/etc/agents/CLAUDE.md": "@more.md\n@../x.md", "/etc/agents/more.md": "more", "/etc/x.md": "SECRET" },
      { main: "/etc/agents/CLAUDE.md", source: { scope: "managed" } },
    );
    expect(done).toMatchObject({ text: "more\n@../x.md", imports: ["more.md"] });
  });

  test("loops are told with the way they go", async () => {
    const two = await expand({ [`${P}/AGENTS.md`]: "A\n@b.md", [`${P}/b.md`]: "B\n@AGENTS.md\n@b.md" });
    expect(two.text).toBe("A\nB\n@AGENTS.md\n@b.md");
    expect(told(two)).toEqual([
      "import_cycle@2 in b.md line 2: @AGENTS.md leads back to itself: AGENTS.md → b.md → AGENTS.md",
      "import_cycle@2 in b.md line 3: @b.md leads back to itself: AGENTS.md → b.md → b.md",
    ]);
    const names = ["AGENTS", "b", "c", "d", "e", "f"];
    const six = Object.fromEntries(
      names.map((name, at) => [`${P}/${name}.md`, `${name}\n@${names[(at + 1) % 6]}.md`]),
    );
    const done = await expand(six);
    expect(done.text).toBe("AGENTS\nb\nc\nd\ne\nf\n@AGENTS.md");
    expect(told(done)).toEqual([
      "import_too_deep@2 in f.md line 2: @AGENTS.md is more than 5 files away: AGENTS.md → b.md → c.md → d.md → e.md → f.md",
    ]);
  });

  test("five hops are followed, and the sixth is told", async () => {
    const levels = Object.fromEntries(
      Array.from({ length: 8 }, (_, at) => [
        at === 0 ? `${P}/AGENTS.md` : `${P}/l${at}.md`,
        `level ${at}\n@l${at + 1}.md`,
      ]),
    );
    const done = await expand(levels);
    expect(done.text).toBe("level 0\nlevel 1\nlevel 2\nlevel 3\nlevel 4\nlevel 5\n@l6.md");
    expect(told(done)).toEqual([
      expect.stringMatching(/^import_too_deep@2 in l5\.md line 2: @l6\.md is more than 5/u),
    ]);
  });

  test("a bomb of files that import each other is each file once", async () => {
    const names = ["a", "b", "c", "d", "e"];
    const each = names.map((name) => `@${name}.md`).join("\n");
    const done = await expand({
      [`${P}/AGENTS.md`]: each,
      ...Object.fromEntries(names.map((name) => [`${P}/${name}.md`, `${name}\n${each}`])),
    });
    expect(done.imports).toHaveLength(5);
    expect(done.text.length).toBeLessThan(1_000);
  });

  test("of 1,000 files 64 are taken in, and how many were left out is told", async () => {
    const names = Array.from({ length: 1_000 }, (_, at) => `f${at}.md`);
    const done = await expand({
      [`${P}/AGENTS.md`]: names.map((name) => `@${name}`).join("\n"),
      ...Object.fromEntries(names.map((name) => [`${P}/${name}`, name])),
    });
    expect(done.imports).toEqual(names.slice(0, 64));
    expect(done.asked).toHaveLength(64);
    expect(told(done)).toEqual([
      "import_limit@ 936 imports were left out: at most 64 files and 1 MiB are taken in",
    ]);
  });

  test("of 100,000 files that are not there few are looked for, and few are told", async () => {
    const done = await expand({
      [`${P}/AGENTS.md`]: Array.from({ length: 100_000 }, (_, at) => `@${at}.md`).join(" "),
    });
    expect(done.asked).toHaveLength(256);
    expect(done.problems).toHaveLength(52);
    expect(done.problems.at(-1)?.message).toBe("206 more things about imports are not listed");
  });

  test("1 MiB is taken in, and not a byte more", async () => {
    const half = "ä".repeat(256 * 1024);
    const done = await expand({
      [`${P}/AGENTS.md`]: "@a.md\n@b.md\n@c.md\n",
      [`${P}/a.md`]: half,
      [`${P}/b.md`]: half,
      [`${P}/c.md`]: "c",
    });
    expect(done).toMatchObject({ text: `${half}\n${half}\n@c.md\n`, imports: ["a.md", "b.md"] });
    expect(told(done)).toEqual([
      "import_limit@ 1 import was left out: at most 64 files and 1 MiB are taken in",
    ]);
  });
});

test("a text without imports comes back as it is", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary" }), async (raw) => {
      const document = parseDocument(raw.replaceAll("@", "a"), {
        path: `${P}/AGENTS.md`,
        shown: "AGENTS.md",
        scope: "project",
        family: "agents",
        dir: "",
        base: P,
        role: "main",
      });
      const done = await expandImports(document, {
        files: new FakeFiles({}),
        realPath: `${P}/AGENTS.md`,
        home: "/home/me",
        projectRoot: P,
        alreadyLoaded: new Set(),
      });
      expect(done).toEqual({ text: document.body, imports: [], realPaths: [], absent: [], problems: [] });
    }),
  );
});

test("whatever files import, only what may be reached is asked for, and nothing is thrown", async () => {
  const path = fc
    .array(
      fc.constantFrom(
        "..",
        ".",
        "a",
        "b.md",
        "~",
        "",
        "project",
        "home",
        "me",
        "etc",
        "x.md",
        "\\",
        ".git",
        ":",
      ),
      {
        minLength: 1,
        maxLength: 6,
      },
    )
    .map((names) => names.join("/"));
  const text = fc
    .array(fc.tuple(fc.constantFrom("@", "see @", "\n@", "`@"), path), { maxLength: 6 })
    .map((all) => all.map(([before, each]) => before + each).join("\n"));
  await fc.assert(
    fc.asyncProperty(text, text, text, async (main, first, second) => {
      const done = await expand({
        [`${P}/AGENTS.md`]: main,
        [`${P}/x.md`]: first,
        [`${P}/a/b.md`]: second,
        "/etc/x.md": "SECRET",
      });
      for (const asked of done.asked) expect(asked).toMatch(/^\/home\/me\/project(?:$|\/)(?!.*\.\.)/u);
      expect(done.text).not.toContain("SECRET");
    }),
  );
});
