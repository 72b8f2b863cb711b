import { execFileSync } from "node:child_process";
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Access } from "../../../../shared/access.ts";
import type { Draft } from "../../../../shared/workspace/change/draft.ts";
import type { TreeSource } from "../../../../shared/workspace/change/stage-tree.ts";
import { opened, permissive, type OpenedWorkspace } from "../../../support/workspace.ts";

const by = { tool: "test.tool", call: "c" };

async function sourceAt({ workspace }: OpenedWorkspace, path: string, access: Access): Promise<TreeSource> {
  const { kind, place } = await workspace.stat(workspace.locate(path), access);
  return {
    path: workspace.locate(path),
    kind,
    entries: kind === "directory" ? (await workspace.survey(place, access)).entries : [],
    open: (file) => workspace.openFile(file, access),
    report: () => {},
  };
}

interface CopyOptions {
  readonly access?: Access;
  /** Runs when all is known of the source, before any of it is copied. */
  readonly before?: () => Promise<void>;
  readonly report?: TreeSource["report"];
}

async function copy(
  ground: OpenedWorkspace,
  from: string,
  to: string,
  options: CopyOptions = {},
): Promise<void> {
  const { workspace } = ground;
  const { access = permissive(), report = () => {} } = options;
  await using draft: Draft = workspace.changes.draft(access);
  const source = { ...(await sourceAt(ground, from, access)), report };
  await options.before?.();
  await draft.putCopy(draft.target(workspace.locate(to), "keep"), source);
  expect(await lstat(join(ground.root, to)).catch(() => undefined)).toBe(undefined);
  await workspace.changes.commit(draft, by);
}

const trash = async ({ root }: OpenedWorkspace): Promise<string[]> =>
  (await readdir(join(root, ".plumbline/trash"))).filter((name) => name !== ".gitignore");

describe.each(["handles", "compare"] as const)("contained by %s", (containment) => {
  test.skipIf(containment === "handles" && process.platform !== "linux")(
    "files, links and directories come whole, with their modes",
    async () => {
      await using ground = await opened(
        { "s/a": "a", "s/b.d/x": "x", "s/b/y": "y", "s/b/c/d/z": "z", "s/e/": "" },
        containment,
      );
      const { root } = ground;
      await chmod(join(root, "s/b/c"), 0o511);
      await chmod(join(root, "s/a"), 0o640);
      await symlink("../a", join(root, "s/e/up"));
      await copy(ground, "s", "t/u");
      const listing = (path: string): string =>
        execFileSync("sh", ["-c", `find . -printf '%P %y %m %l\\n' | sort`], {
          cwd: join(root, path),
        }).toString();
      expect(listing("t/u")).toBe(listing("s"));
      expect(await readFile(join(root, "t/u/b/c/d/z"), "utf8")).toBe("z");
      expect(await trash(ground)).toEqual([]);
    },
  );
});

test("a single file and a single link are copied as well", async () => {
  await using ground = await opened({ "a.sh": "#!" });
  const { root } = ground;
  await chmod(join(root, "a.sh"), 0o700);
  await symlink("/nowhere", join(root, "l"));
  await copy(ground, "a.sh", "b.sh");
  await copy(ground, "l", "m");
  expect((await stat(join(root, "b.sh"))).mode & 0o777).toBe(0o700);
  expect(await readlink(join(root, "m"))).toBe("/nowhere");
});

test("what runs as somebody else does not do so in its copy", async () => {
  await using ground = await opened({ "d/a": "a" });
  await chmod(join(ground.root, "d/a"), 0o4755);
  await chmod(join(ground.root, "d"), 0o2755);
  await copy(ground, "d", "e");
  expect((await stat(join(ground.root, "e/a"))).mode & 0o7777).toBe(0o755);
  expect((await stat(join(ground.root, "e"))).mode & 0o7777).toBe(0o755);
});

test.skipIf(process.getuid?.() !== 0)("in a directory that gives its group, the copy gets it", async () => {
  await using ground = await opened({ "d/x/a": "a", "shared/": "" });
  const { root } = ground;
  await chown(join(root, "shared"), 0, 12_345);
  await chmod(join(root, "shared"), 0o2775);
  await copy(ground, "d", "shared/e");
  for (const path of ["shared/e", "shared/e/x", "shared/e/x/a"])
    expect((await stat(join(root, path))).gid, path).toBe(12_345);
  expect((await stat(join(root, "shared/e/x"))).mode & 0o2000).toBe(0o2000);
});

test("bytes and entries are reported as they are done", async () => {
  await using ground = await opened({ "d/a": "x".repeat(2_500_000), "d/b": "y" });
  const reports: (readonly [number, number])[] = [];
  await copy(ground, "d", "e", { report: (bytes, entries) => void reports.push([bytes, entries]) });
  expect(reports.at(-1)).toEqual([2_500_001, 2]);
  expect(reports.length).toBeGreaterThan(3);
});

describe("what changes while it is copied", () => {
  test.each(["file", "directory"] as const)(
    "a %s that becomes a link to the outside is not followed",
    async (kind) => {
      await using ground = await opened({ "d/x/secret.txt": "inside" });
      const { root, outside } = ground;
      const name = kind === "file" ? "d/x/secret.txt" : "d/x";
      const target = kind === "file" ? join(outside, "secret.txt") : outside;
      const before = async (): Promise<void> => {
        await rm(join(root, name), { recursive: true });
        await symlink(target, join(root, name));
      };
      await expect(copy(ground, "d", "e", { before })).rejects.toThrow(/outside|changed while/);
      expect(await trash(ground)).toEqual([]);
    },
  );

  test("nor one to another file inside", async () => {
    await using ground = await opened({ "d/a": "a", "other.txt": "other" });
    const before = async (): Promise<void> => {
      await rm(join(ground.root, "d/a"));
      await symlink("../other.txt", join(ground.root, "d/a"));
    };
    await expect(copy(ground, "d", "e", { before })).rejects.toThrow("changed while it was opened");
    expect(await trash(ground)).toEqual([]);
  });

  test("a link that becomes a file, and what is gone, end it", async () => {
    await using ground = await opened({ "d/a": "a" });
    const { root } = ground;
    await symlink("a", join(root, "d/l"));
    const toFile = async (): Promise<void> => {
      await rm(join(root, "d/l"));
      await writeFile(join(root, "d/l"), "now a file");
    };
    await expect(copy(ground, "d", "e", { before: toFile })).rejects.toThrow("changed");
    await expect(copy(ground, "d", "e", { before: () => rm(join(root, "d/l")) })).rejects.toThrow(
      "there is nothing at d/l",
    );
    expect(await trash(ground)).toEqual([]);
  });
});

test("a special file and a repository's own folder are not copied, and nothing is left of the rest", async () => {
  await using ground = await opened({ "d/a": "a", "e/a": "a", "e/sub/.git/HEAD": "x" });
  execFileSync("mkfifo", [join(ground.root, "d/pipe")]);
  await expect(copy(ground, "d", "f")).rejects.toThrow("d/pipe is no file, directory or link");
  await expect(copy(ground, "e", "f")).rejects.toThrow("e/sub/.git is a repository's own folder");
  expect(await trash(ground)).toEqual([]);
});

test("a place that was taken meanwhile stays as it is", async () => {
  await using ground = await opened({ "d/a": "a" });
  const before = (): Promise<void> => mkdir(join(ground.root, "e")).then(() => undefined);
  await expect(copy(ground, "d", "e/f", { before: async () => {} })).resolves.toBe(undefined);
  await rm(join(ground.root, "e"), { recursive: true });
  const { workspace, root } = ground;
  await using draft = workspace.changes.draft(permissive());
  await draft.putCopy(draft.target(workspace.locate("e"), "keep"), await sourceAt(ground, "d", permissive()));
  await before();
  await expect(workspace.changes.commit(draft, by)).rejects.toThrow("e is there already");
  expect(await readdir(join(root, "e"))).toEqual([]);
});
