import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ruleHolds, ruleProblem } from "../../../hooks/match/if-rule.ts";

type Answer = boolean | "unknown";

const PLACES = { root: "/proj/app", home: "/home/me" };

function onFile(rule: string, path: string, tool = "Edit"): Answer {
  return ruleHolds(rule, {
    tool,
    names: ["mcp__filesystem__edit_file", "edit_file"],
    input: { file_path: path },
    ...PLACES,
  });
}

function onCommand(rule: string, command: unknown): Answer {
  return ruleHolds(rule, { tool: "Bash", names: [], input: { command }, ...PLACES });
}

describe("rules for commands", () => {
  // the rows of Claude Code's own table first
  test.each<[string, string, Answer]>([
    ["git *", "FOO=bar git push", true],
    ["git *", "npm test && git push", true],
    ["rm *", "echo $(rm -rf /)", true],
    ["rm *", "echo $(date)", false],
    ["cat *", "echo before $(date) after", false],
    ["git *", "$TOOL git push", "unknown"],
    ["git push *", "echo $(date)", "unknown"],
    ["git *", "git", true],
    ["git *", "gitk", false],
    ["git*", "gitk", true],
    ["git:*", "git push", true],
    ["git commit:*", "git commit -m x", true],
    ["git commit:*", "git commit", true],
    ["git commit:*", "git committed", false],
    ["npm run test:*", "npm run test:unit", false],
    ["npm run test*", "npm run test:unit", true],
    ["npm run build", "npm run build", true],
    ["npm run build", "npm run build --watch", false],
    ["* --version", "node --version", true],
    ["git * main", "git push origin main", true],
    ["git * main", "git push origin dev", false],
    [String.raw`echo \*`, "echo *", true],
    [String.raw`echo \*`, "echo a", false],
    ["*", "anything", true],
    ["", "anything", true],
  ])("Bash(%s) on %s: %s", (rule, command, expected) =>
    expect(onCommand(`Bash(${rule})`, command)).toBe(expected),
  );

  test.each<[string, Answer]>([
    ["ls; git push", true],
    ["ls | git apply", true],
    ["ls |& git apply", true],
    ["ls & git push", true],
    ["ls\ngit push", true],
    ["false || git push", true],
    ["(cd x && git push)", true],
    ["{ git push; }", true],
    ["if true; then git push; fi", true],
    ["for x in a; do git push; done", true],
    ["! git push", true],
    ["time -p git push", true],
    ["timeout 30 git push", true],
    ["A=1 B='x y' nohup git push", true],
    ["sudo -u me git push", true],
    ["find . -exec git add {} +", true],
    ["echo `git push`", true],
    ['echo "$(git push)"', true],
    ["diff <(git show) b", true],
    ["tee > >(git apply)", true],
    ["> log git push", true],
    ["2>&1 git push", true],
    ["git push &> log", true],
    ['"git" push', true],
    [String.raw`g\it push`, true],
    ["gi't' push", true],
    ["/usr/bin/git push", true],
    ["git \\\n  push", true],
    ["ls \\\n&& git push", true],
    ["# don't\ngit push # can't", true],
    ["echo a#b; git push", true],
    ["bash -c 'git push'", "unknown"],
    ["sudo sh -ec 'cd x; git push'", "unknown"],
    ["echo git push | sh", "unknown"],
    ["eval git push", "unknown"],
    ["trap 'git push' EXIT", "unknown"],
    ["cat <<EOF\ngit push\nEOF", "unknown"],
    ["f() { git push; }; f", "unknown"],
    ["function f { git push; }; f", "unknown"],
    ["g{it,x} push", "unknown"],
    ["/usr/bin/g?t push", "unknown"],
    ["${X:-git} push", "unknown"],
    ["$'git' push", "unknown"],
    ["case a in a) git push;; esac", "unknown"],
    ["xargs $COMMAND", "unknown"],
    ["echo 'open", "unknown"],
    ["echo $(open", "unknown"],
    ["echo 'a && git push'", false],
    ['echo "a; git push"', false],
    [String.raw`echo a \; git push`, false],
    ["echo git push", false],
    ["ls # git push", false],
    ["ls > git", false],
    ["[ -f git ] && ls", false],
    ["bash release.sh", false],
    ["npm test 2>&1", false],
    ["echo ${HOME}", false],
    ["", false],
  ])("Bash(git *) on %j: %s", (command, expected) =>
    expect(onCommand("Bash(git *)", command)).toBe(expected),
  );

  test("a command without its redirections fits an exact rule", () => {
    expect(onCommand("Bash(npm test)", "npm test > log 2>&1 < in")).toBe(true);
    expect(onCommand("Bash(npm test)", "CI=1 npm  test | tee log")).toBe(true);
  });

  test("a call without a command, and a command of another size than people write, cannot be said", () => {
    expect(onCommand("Bash(git *)", undefined)).toBe("unknown");
    expect(onCommand("Bash(git *)", `echo ${"x".repeat(10_000)}`)).toBe("unknown");
    expect(onCommand("Bash(git *)", `env ${"A=1 ".repeat(100)} git push`)).toBe("unknown");
  });

  test("a command is found wherever separators put it, whatever stands before and behind", () => {
    const other = fc.constantFrom(
      "ls",
      "echo 'a b'",
      'echo "x;y"',
      "A=1 true",
      "cd src",
      "npm test > log",
      "wc -l < a",
      String.raw`echo \"`,
    );
    const separator = fc.constantFrom(" && ", "||", ";", "\n", " | ", " |& ", " & ");
    const wanted = fc.constantFrom(
      "git push",
      "(git push)",
      "echo $(git push)",
      "X=y git push",
      'echo "`git push`"',
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(other, separator)),
        wanted,
        fc.array(fc.tuple(separator, other)),
        (before, mid, after) => {
          const line = [...before.flat(), mid, ...after.flat()].join("");
          expect(onCommand("Bash(git *)", line)).toBe(true);
          expect(onCommand("Bash(hg *)", line)).toBe(false);
        },
      ),
    );
  });

  test("any text is read without an error and soon", () => {
    const sign = fc.constantFrom(
      "git",
      " ",
      "'",
      '"',
      "`",
      "$(",
      ")",
      "(",
      "\\",
      "\n",
      ";",
      "&",
      "|",
      "<",
      ">",
      "#",
      "{",
      "}",
      "$",
      "x",
    );
    fc.assert(
      fc.property(fc.array(sign, { maxLength: 60 }), (signs) => {
        expect([true, false, "unknown"]).toContain(onCommand("Bash(git *)", signs.join("")));
      }),
      { numRuns: 500 },
    );
    for (const sign of [
      "(",
      "`",
      "$(",
      "'a",
      '"$(',
      "`a` ",
      "env ",
      "a;",
      "<(",
      String.raw`\``,
      "sudo -a; ",
      "{a,",
      "$",
      "x ".repeat(9),
    ]) {
      const line = sign.repeat(Math.floor(10_000 / sign.length));
      const startedAt = performance.now();
      onCommand(`Bash(${"a*b".repeat(160)})`, line);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
    }
  });
});

describe("rules for paths", () => {
  test.each<[string, string, Answer]>([
    ["*.ts", "/proj/app/a.ts", true],
    ["*.ts", "/proj/app/src/deep/a.ts", true],
    ["*.ts", "/proj/app/a.tsx", false],
    ["*.ts", "/proj/other/a.ts", false],
    [".env", "/proj/app/packages/x/.env", true],
    ["./.env", "/proj/app/.env", true],
    ["./.env", "/proj/app/packages/x/.env", false],
    [".env*", "/proj/app/.env.local", true],
    ["src/**", "/proj/app/src/a/b.ts", true],
    ["src/**", "/proj/app/lib/src/a.ts", false],
    ["**/src/**", "/proj/app/lib/src/a.ts", true],
    ["src/*", "/proj/app/src/a/b.ts", true],
    ["src/*.ts", "/proj/app/src/a/b.ts", false],
    ["/src/**/*.ts", "/proj/app/src/a/b.ts", true],
    ["/src/**/*.ts", "/src/a/b.ts", false],
    ["docs", "/proj/app/x/docs/a.md", true],
    ["docs/", "/proj/app/docs/a.md", true],
    ["*.{ts,tsx}", "/proj/app/a.tsx", true],
    ["*.TS", "/proj/app/a.ts", true],
    ["a?.ts", "/proj/app/ab.ts", true],
    ["//etc/**", "/etc/passwd", true],
    ["//etc/**", "/proj/app/etc/passwd", false],
    ["//**/.env", "/anywhere/.env", true],
    ["~/.ssh/**", "/home/me/.ssh/id", true],
    ["~/.ssh/**", "/home/you/.ssh/id", false],
    ["../lib/**", "/proj/lib/a.ts", true],
    ["src/../lib/**", "/proj/app/src/../lib/a.ts", false],
    ["lib/**", "/proj/app/src/../lib/a.ts", true],
    ["*.[jt]s", "/proj/app/a.js", "unknown"],
    ["*.[jt]s", "/proj/app/a.md", false],
    ["app/[slug]/page.tsx", "/proj/app/app/[slug]/page.tsx", "unknown"],
    ["!*.md", "/proj/app/a.ts", "unknown"],
    ["*.@(ts|js)", "/proj/app/a.ts", "unknown"],
    ["{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", "/proj/app/x", "unknown"],
    [String.raw`app/\(auth\)/*`, "/proj/app/app/(auth)/a.ts", true],
    ["app/(auth)/*", "/proj/app/app/(auth)/a.ts", true],
    ["file_path:*.ts", "/proj/app/a.ts", "unknown"],
    ["*.ts", "a.ts", "unknown"],
    ["über/*", "/proj/app/u\u0308ber/a", true],
  ])("Edit(%s) on %s: %s", (pattern, path, expected) =>
    expect(onFile(`Edit(${pattern})`, path)).toBe(expected),
  );

  test("a rule to edit is about every tool that writes files, a rule to read about searches too", () => {
    const tools = ["Edit", "Write", "MultiEdit", "Read", "Grep", "Bash"];
    const path = "/proj/app/a.ts";
    expect(tools.map((tool) => onFile("Edit(*.ts)", path, tool))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(tools.map((tool) => onFile("Edit", path, tool))).toEqual([true, true, true, false, false, false]);
    expect(tools.map((tool) => onFile("Write(*.ts)", path, tool))).toEqual([
      false,
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(tools.map((tool) => onFile("Read(*.ts)", path, tool))).toEqual([
      false,
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  test("a search may reach what lies below its path", () => {
    const about = { tool: "Grep", names: [], ...PLACES };
    expect(ruleHolds("Read(secrets/**)", { ...about, input: { path: "/proj/app" } })).toBe("unknown");
    expect(ruleHolds("Read(secrets/**)", { ...about, input: { path: "/proj/app/secrets" } })).toBe(true);
    expect(ruleHolds("Read(secrets/**)", { ...about, input: {} })).toBe("unknown");
  });

  test("folders of Windows are written as Claude Code writes them", () => {
    const about = { tool: "Edit", names: [], root: String.raw`C:\proj`, home: String.raw`C:\Users\me` };
    const on = (rule: string): Answer =>
      ruleHolds(rule, { ...about, input: { file_path: String.raw`C:\proj\src\a.ts` } });
    expect(["Edit(src/*.ts)", "Edit(//c/proj/**)", "Edit(~/**)"].map(on)).toEqual([true, true, false]);
  });

  test("without a root nothing relative can be said", () => {
    const about = { tool: "Edit", names: [], root: "", home: "/home/me", input: { file_path: "/a/b.ts" } };
    expect(ruleHolds("Edit(*.ts)", about)).toBe("unknown");
    expect(ruleHolds("Edit(//a/**)", about)).toBe(true);
  });

  test("a hostile pattern and a long path are decided soon", () => {
    const globs = [
      `{a,b}{a,b}{a,b}{a,b}{a,b}/**${"/*a*".repeat(110)}`,
      "a*".repeat(250),
      `**/${"*a".repeat(200)}`,
      "[a]".repeat(160),
      `${"{".repeat(250)}${"}".repeat(250)}`,
      "+(a|aa)+(a|aa)b",
    ];
    for (const glob of globs)
      for (const path of [
        `/proj/app/${"a/".repeat(2_000)}`,
        `/proj/app/${"a".repeat(4_000)}`,
        `/proj/app/${"a".repeat(90_000)}`,
      ]) {
        const startedAt = performance.now();
        onFile(`Edit(${glob})`, path);
        expect(performance.now() - startedAt).toBeLessThan(1_000);
      }
  });

  test("a file's own path is always found, at its place and by its name", () => {
    const name = fc.stringMatching(/^[a-z0-9_-][a-z0-9._-]{0,8}$/u);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (names) => {
        const path = names.join("/");
        const rules = [
          path,
          `/${path}`,
          `./${path}`,
          `**/${names.at(-1) ?? ""}`,
          names.at(-1),
          `//proj/app/${path}`,
        ];
        for (const rule of rules) expect(onFile(`Edit(${rule ?? ""})`, `/proj/app/${path}`)).toBe(true);
      }),
    );
  });
});

describe("rules for tools", () => {
  const about = {
    tool: "mcp__filesystem__edit_file",
    names: ["mcp__filesystem__edit_file", "mcp__plumbline__edit_file", "edit_file"],
    input: {},
    ...PLACES,
  };
  test.each<[string, Answer]>([
    ["mcp__filesystem__edit_file", true],
    ["mcp__filesystem", true],
    ["mcp__filesystem__*", true],
    ["mcp__plumbline", true],
    ["mcp__files", false],
    ["mcp__*__edit_*", true],
    ["edit_file", true],
    ["edit_file(*.ts)", "unknown"],
    ["mcp__filesystem__edit_file(path:a)", "unknown"],
    ["Edit", false],
    ["Bash(git *)", false],
    ["WebFetch(domain:example.com)", false],
  ])("%s: %s", (rule, expected) => expect(ruleHolds(rule, about)).toBe(expected));

  test("old names of tools stand for the tools", () => {
    expect(ruleHolds("Task", { ...about, tool: "Agent", names: [] })).toBe(true);
    expect(ruleHolds("Agent", { ...about, tool: "Task", names: [] })).toBe(true);
  });

  test.each([
    "",
    "(",
    "Edit(",
    "Edit)",
    "Edit(*.ts",
    "Bash(git *) || Bash(npm *)",
    "Edit(*.ts), Write(*.ts)",
    "Edit|Write",
    "Edit(a) b",
    `Edit(${"a".repeat(600)})`,
  ])("%j is no single rule, and its handler runs", (rule) => {
    expect(onFile(rule, "/proj/app/a.ts")).toBe("unknown");
    expect(ruleProblem(rule)).toMatch(/^is (?:not one rule|longer than)/u);
  });

  test("a rule that can be read has no problem", () => {
    for (const rule of ["Edit", "Edit(*.ts)", "Bash(echo (a))", "mcp__a__b", "Bash(a || b)"])
      expect(ruleProblem(rule)).toBeUndefined();
  });
});
