import { lstat, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { afterEach, describe, expect, test, vi } from "vitest";
import { addPromptsCommands } from "../../servers/commands/prompts-commands.ts";

interface Person extends AsyncDisposable {
  readonly home: string;
  readonly project: string;
  write(path: string, text: string): Promise<void>;
  /** What `plumbline prompts …` prints in the project. */
  prompts(...args: string[]): Promise<string>;
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function person(): Promise<Person> {
  const home = await realpath(await mkdtemp(join(tmpdir(), "plumbline-prompts-")));
  const project = join(home, "project");
  await mkdir(join(project, ".git"), { recursive: true });
  for (const [name, folder] of Object.entries({ CONFIG: "config", STATE: "state", CACHE: "cache" }))
    vi.stubEnv(`PLUMBLINE_${name}_DIR`, join(home, folder));
  return {
    home,
    project,
    async write(path, text) {
      await mkdir(dirname(join(home, path)), { recursive: true });
      await writeFile(join(home, path), text);
    },
    async prompts(...args) {
      const program = new Command().exitOverride();
      addPromptsCommands(program);
      for (const command of program.commands.flatMap((each) => [each, ...each.commands]))
        command.exitOverride().configureOutput({ writeOut: (text) => process.stdout.write(text) });
      let said = "";
      const write = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
        said += String(chunk);
        return true;
      });
      const root = args.includes("--help") ? [] : ["--root", project];
      try {
        await program.parseAsync(["prompts", ...args, ...root], { from: "user" });
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "commander.helpDisplayed"))
          throw error;
      } finally {
        write.mockRestore();
      }
      return said;
    },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

const DEPLOY = `---
title: Deploy
tags: [ops]
arguments:
  - {name: to, required: true}
  - how
---
Ship to {{ to }}{{ how }}.
`;

describe("list", () => {
  test("shows each with where it is from, its arguments, tags and title", async () => {
    await using me = await person();
    await me.write("project/.plumbline/prompts/deploy.md", DEPLOY);
    await me.write("config/prompts/mine.md", "Mine.");
    const lines = (await me.prompts("list")).trimEnd().split("\n");
    expect(lines.length).toBe(13);
    expect(lines[0]).toMatch(/^name +from +arguments +tags +title$/u);
    expect(lines.find((line) => line.startsWith("deploy"))).toMatch(
      /^deploy +project +to \[how\] +ops +Deploy$/u,
    );
    expect(lines.find((line) => line.startsWith("mine"))).toMatch(/^mine +own +Mine$/u);
    expect(lines.find((line) => line.startsWith("explain-code"))).toMatch(
      /^explain-code +built in +target \[reader\]/u,
    );
  });

  test("takes words and tags, and says when nothing fits", async () => {
    await using me = await person();
    await me.write("project/.plumbline/prompts/deploy.md", DEPLOY);
    const names = (text: string): string[] =>
      text
        .split("\n")
        .slice(1, -1)
        .map((line) => line.split(" ")[0] ?? "");
    expect(names(await me.prompts("list", "changelog"))).toEqual(["write-changelog"]);
    expect(names(await me.prompts("--tag", "ops"))).toEqual(["deploy"]);
    expect(names(await me.prompts("list", "--tag", "quality", "--tag", "test"))).toEqual(["write-tests"]);
    expect(await me.prompts("list", "nothing-like-it")).toBe("No prompt fits; there are 11.\n");
  });

  test("tells what is wrong with files, by file and line", async () => {
    await using me = await person();
    await me.write("project/.plumbline/prompts/broken.md", "---\ntitle: a\ntags: [\n---\nx");
    await me.write("project/.plumbline/prompts/README.md", "x");
    await me.write("config/prompts/write-docs.md", "Mine.");
    const said = await me.prompts("list");
    expect(said).toMatch(/\n! \.plumbline\/prompts\/broken\.md:3: the frontmatter is no YAML \(/u);
    expect(said).toContain("\n  .plumbline/prompts/README.md: is no prompt: its name must be kebab-case");
    expect(said).toContain("<config>/prompts/write-docs.md: stands before the built-in one\n");
  });

  test("gives all of it as JSON", async () => {
    await using me = await person();
    await me.write("project/.plumbline/prompts/deploy.md", DEPLOY);
    expect(JSON.parse(await me.prompts("list", "deploy", "--json"))).toMatchObject({
      prompts: [{ name: "deploy", from: "project", line: 8, tags: ["ops"] }],
      problems: [],
    });
  });
});

describe("show", () => {
  test("fills in arguments, one with an equals sign in it too", async () => {
    await using me = await person();
    await me.write("project/.plumbline/prompts/deploy.md", DEPLOY);
    const said = await me.prompts("show", "deploy", "--arg", "to=a=b", "--arg", "how=, now");
    expect(said).toBe("[prompt deploy of this project: .plumbline/prompts/deploy.md]\n\nShip to a=b, now.\n");
    expect(await me.prompts("show", "deploy", "--raw")).toBe(DEPLOY);
    expect(await me.prompts("show", "plan-feature", "--arg", "feature=Undo")).toContain("\n\nUndo\n\n");
  });

  test("says in one line what is missing or wrong", async () => {
    await using me = await person();
    await expect(me.prompts("show", "explain-code")).rejects.toThrow(
      /^explain-code needs the argument target \(A file, .*\)\. It takes: target, reader, question\.$/u,
    );
    await expect(me.prompts("show", "explain-cod")).rejects.toThrow("Did you mean explain-code?");
    await expect(me.prompts("show", "review-change", "--arg", "focus")).rejects.toThrow(
      "--arg takes name=value",
    );
    await expect(me.prompts("show", "review-change", "--arg", "fokus=x")).rejects.toThrow(
      "Did you mean focus?",
    );
  });

  test("tells in its help where versions are", async () => {
    await using me = await person();
    expect(await me.prompts("show", "--help")).toContain("git log -p .plumbline/prompts/<name>.md");
  });
});

describe("new", () => {
  test("writes a file that works at once, and never over another", async () => {
    await using me = await person();
    const file = join(me.project, ".plumbline/prompts/release-notes.md");
    expect(await me.prompts("new", "release-notes")).toContain(`${file}\n`);
    expect(await me.prompts("show", "release-notes", "--arg", "topic=tea")).toContain("do about tea.");
    expect(await me.prompts("list", "release-notes")).not.toContain("!");
    await writeFile(file, "Mine now.");
    await expect(me.prompts("new", "release-notes")).rejects.toThrow("is there already; nothing was written");
    expect(await readFile(file, "utf8")).toBe("Mine now.");
  });

  test("writes the person's own with --own", async () => {
    await using me = await person();
    await me.prompts("new", "my-review", "--own");
    expect((await lstat(join(me.home, "config/prompts/my-review.md"))).isFile()).toBe(true);
    await expect(lstat(join(me.project, ".plumbline"))).rejects.toThrow("ENOENT");
  });

  test.each(["Release", "a_b", "../up", "a.md", ""])("refuses the name %j", async (name) => {
    await using me = await person();
    await expect(me.prompts("new", name)).rejects.toThrow("is no name for a prompt");
  });

  test.each([".plumbline", ".plumbline/prompts"])("writes nothing where %s is a link", async (name) => {
    await using me = await person();
    const outside = join(me.home, "outside");
    await mkdir(outside);
    await mkdir(dirname(join(me.project, name)), { recursive: true });
    await symlink(outside, join(me.project, name));
    await expect(me.prompts("new", "release-notes")).rejects.toThrow(/ a link/u);
    await expect(lstat(join(outside, "release-notes.md"))).rejects.toThrow("ENOENT");
  });

  test("writes nothing through a link in place of the file", async () => {
    await using me = await person();
    await me.write("project/.plumbline/prompts/other.md", "x");
    await symlink(join(me.home, "target.md"), join(me.project, ".plumbline/prompts/release-notes.md"));
    await expect(me.prompts("new", "release-notes")).rejects.toThrow("is there already");
    await expect(lstat(join(me.home, "target.md"))).rejects.toThrow("ENOENT");
  });
});
