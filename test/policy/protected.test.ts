import { mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PROTECTED_NAMES, RUNS_LATER_NAMES, SECRET_NAMES } from "../../shared/policy/protected-names.ts";
import { classify } from "../../shared/policy/protected.ts";
import { openProtection } from "../../shared/policy/protection.ts";
import { opened } from "../support/workspace.ts";
import { placeOf } from "./harness.ts";

const kindOf = (relative: string): string => classify({ root: "/r", relative }).kind;

describe("what a name makes of a place", () => {
  test.each([
    ".env",
    ".env.local",
    "app/.env.production",
    ".env.example.local",
    ".envrc",
    ".env/inside",
    "a/b/server.pem",
    "tls.KEY",
    "id_rsa",
    "id_rsa.bak",
    "keys/id_ed25519",
    ".ssh/config",
    ".aws/credentials",
    ".pgpass",
    ".netrc",
    ".git-credentials",
    ".pypirc",
    ".dockercfg",
    "app/.dev.vars",
    ".dev.vars.staging",
    ".composer/auth.json",
    ".terraform.d/credentials.tfrc.json",
    "x.p12",
    "x.pfx",
    ".docker/config.json",
    ".kube/config",
    ".gnupg/trustdb.gpg",
  ])("%s is secret", (path) => expect(kindOf(path)).toBe("secret"));

  test.each([
    ".git",
    ".git/config",
    ".git/hooks/pre-commit",
    "vendor/lib/.git",
    "vendor/lib/.git/HEAD",
    ".plumbline/hooks.json",
    ".claude/settings.json",
    ".claude/settings.local.json",
    ".claude/hooks/check.sh",
    ".cursor/hooks.json",
    ".codex/hooks.json",
    ".codex/config.toml",
    ".gemini/settings.json",
    ".windsurf/hooks.json",
    ".github/hooks/a.json",
    ".mcp.json",
    "packages/a/.mcp.json",
    ".cursor/mcp.json",
    ".vscode/mcp.json",
    ".npmrc",
    ".gitconfig",
  ])("%s is protected", (path) => expect(kindOf(path)).toBe("protected"));

  test.each([
    ".github/workflows/ci.yml",
    ".gitlab-ci.yml",
    ".husky/pre-commit",
    ".githooks/pre-push",
    "lefthook.yml",
    ".pre-commit-config.yaml",
    ".vscode/tasks.json",
    ".vscode/settings.json",
    ".devcontainer/devcontainer.json",
    "Jenkinsfile",
    ".circleci/config.yml",
    "app.code-workspace",
  ])("%s runs later", (path) => expect(kindOf(path)).toBe("runs-later"));

  test.each([
    "",
    "src/main.rs",
    ".env.example",
    ".env.sample",
    "a/.env.local.template",
    ".gitignore",
    ".gitattributes",
    ".github/dependabot.yml",
    "id_rsa.pub",
    "git",
    "environment.ts",
    "x.git/HEAD",
    "keyboard.ts",
    "monkey",
    "a.env",
    ".claude/commands/fix.md",
    ".vscode/extensions.json",
    "docs/.gitkeep",
    "git~x",
    "husky.md",
  ])("%s is plain", (path) => expect(kindOf(path)).toBe("plain"));
});

describe("protection follows the object, not the spelling", () => {
  test.each([
    ".GIT/config",
    ".Git",
    ".git.",
    ".git ",
    ".git. .",
    ".git::$DATA",
    ".git:stream/config",
    ".git::$INDEX_ALLOCATION/x",
    "git~1",
    "GIT~1/hooks/x",
    ".g\u200Cit/config",
    "\u200B.git",
    ".git\uFEFF",
    ".gi\u00ADt",
    "．ｇｉｔ",
    ".gıt".replace("ı", "i"),
    "\u2024git/config",
    ".git\\config",
    "PLUMBL~1/hooks.json",
    ".plumb\u2060line/x",
    ".MCP.JSON",
    ".mcp.json...",
    "MCP~1.JSO",
  ])("%j is protected", (path) => expect(kindOf(path)).toBe("protected"));

  test.each([
    ".ENV",
    ".env.",
    ".e\u200Dnv",
    "ENV~1",
    "ENV~1.LOC",
    ".env::$DATA",
    "ID_RSA",
    "ſ.key",
    "x.PEM ",
    "Ｘ.ｐｅｍ",
  ])("%j is secret", (path) => expect(kindOf(path)).toBe("secret"));

  test("case, invisible characters, trailing dots and depth never change what a protected name is", () => {
    const noise = fc.constantFrom("", "\u200B", "\u200D", "\u2060", "\uFEFF", "\u00AD", "\u202E", "\u180E");
    const spelled = fc.constantFrom(".git", ".env", ".mcp.json", ".plumbline", "id_rsa").chain((name) =>
      fc
        .tuple(
          fc.array(fc.tuple(fc.boolean(), noise), { minLength: name.length, maxLength: name.length }),
          fc.constantFrom("", ".", " ", ". .", "::$DATA", ":x"),
          fc.constantFrom("", "a/", "a/b c/", "ünï/"),
          fc.constantFrom("", "/x", "/x/y"),
        )
        .map(([marks, tail, before, after]) => {
          const chars = name
            .split("")
            .map((char, at) => (marks[at]?.[0] ? char.toUpperCase() : char) + (marks[at]?.[1] ?? ""));
          return { name, path: `${before}${chars.join("")}${tail}${after}` };
        }),
    );
    fc.assert(
      fc.property(spelled, ({ name, path }) => {
        expect(kindOf(path)).toBe(kindOf(name));
      }),
    );
  });

  test("every listed name is found, also at depth and with something below", () => {
    const named = (names: readonly string[], kind: string): void => {
      for (const name of names.map((each) => each.replaceAll("*", "x")))
        expect([name, kindOf(name), kindOf(`a/b/${name}/c`)]).toEqual([name, kind, kind]);
    };
    named(SECRET_NAMES, "secret");
    named(PROTECTED_NAMES, "protected");
    named(RUNS_LATER_NAMES, "runs-later");
  });

  test("a hostile path of 4,096 characters is judged in little time", () => {
    const paths = [
      ".env".repeat(1_024),
      "a/".repeat(2_048),
      ".env*".repeat(800),
      `${"id_rsa".repeat(600)}.pub/x`,
    ];
    const start = performance.now();
    for (let round = 0; round < 100; round++) paths.forEach(kindOf);
    expect((performance.now() - start) / 400).toBeLessThan(5);
  });
});

describe("something protected in a folder", () => {
  test("is known behind a link and after its parent was moved, by where the path leads", async () => {
    await using ground = await opened({ ".git/config": "", "real/.env": "", "a.txt": "" });
    await symlink(".git", join(ground.root, "innocent"));
    await symlink("real", join(ground.root, "other"));
    await mkdir(join(ground.root, "moved"));
    await rename(join(ground.root, "real"), join(ground.root, "moved/real"));
    await writeFile(join(ground.root, "b.txt"), "");
    const kind = async (path: string): Promise<string> => classify(placeOf(ground.workspace, path)).kind;
    expect(await kind("innocent/config")).toBe("protected");
    expect(await kind("moved/real/.env")).toBe("secret");
    expect(await kind("b.txt")).toBe("plain");
  });
});

describe("what configuration adds", () => {
  const judge = openProtection({
    protectExtra: ["contracts/**", "*.lock"],
    secretsAllowed: ["fixtures/**/.env", "test.key"],
    stateFolders: ["/home/u/.local/state/plumbline"],
    configFolders: ["/home/u/.config/plumbline"],
  });
  const kind = (relative: string, root = "/r"): string => judge({ root, relative }).kind;

  test("protects more, with what lies below, in any spelling", () => {
    expect(
      ["contracts/a/b.sol", "CONTRACTS/x", "yarn.lock", "src/yarn.lock", "src/a.ts"].map((path) =>
        kind(path),
      ),
    ).toEqual(["protected", "protected", "protected", "plain", "plain"]);
  });

  test("opens a secret for reading only, exactly where it says", () => {
    expect(
      ["fixtures/a/.env", "fixtures/.env", "test.key", ".env", "sub/test.key"].map((path) => kind(path)),
    ).toEqual(["protected", "protected", "protected", "secret", "secret"]);
  });

  test("closes our own state and keeps our own configuration, whatever root they lie in", () => {
    expect(kind("plumbline/config.json", "/home/u/.config")).toBe("protected");
    expect(kind("state/plumbline/approvals.json", "/home/u/.local")).toBe("secret");
    expect(kind("state/PLUMBLINE", "/home/u/.local")).toBe("secret");
    expect(kind("state/plumbline-notes/a.md", "/home/u/.local")).toBe("plain");
    expect(kind("any/thing", "/home/u/.local/state/plumbline/audit")).toBe("secret");
    expect(kind("home/u/.local/state/plumbline", "/")).toBe("secret");
  });
});
