import { mkdir, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ToolError } from "../../../shared/errors.ts";
import { INSIDE, plantAttacks, type Attack, type Reaches } from "../../support/links.ts";
import { opened, permissive, SECRET, temporary, type OpenedWorkspace } from "../../support/workspace.ts";

const FILE_ANSWERS: Readonly<Record<Reaches, string>> = {
  inside: INSIDE,
  outside: "denied: the path is outside the roots",
  nothing: "not_found",
  special: "invalid_input",
  directory: "invalid_input",
  malformed: "invalid_input",
};
const DIRECTORY_ANSWERS: Readonly<Record<Reaches, string>> = {
  ...FILE_ANSWERS,
  inside: "invalid_input",
  directory: "names",
};

/** The error's code, with its sentence where every case must have the same one. */
async function outcome(work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return error.code === "denied" ? `${error.code}: ${error.message}` : error.code;
  }
}

describe.each(["handles", "compare"] as const)("containment by %s", (containment) => {
  let ground: OpenedWorkspace;
  let attacks: Attack[];
  beforeAll(async () => {
    ground = await opened({}, containment);
    attacks = plantAttacks(ground);
  });
  afterAll(() => ground[Symbol.asyncDispose]());

  async function tryFile(path: string): Promise<string> {
    return await outcome(async () => {
      await using file = await ground.workspace.openFile(ground.workspace.locate(path), permissive());
      return (await file.read(0, 1_000)).toString();
    });
  }

  async function tryDirectory(path: string): Promise<string> {
    return await outcome(async () => {
      await using directory = await ground.workspace.openDirectory(
        ground.workspace.locate(path),
        permissive(),
      );
      return (await directory.entries()).length > 0 ? "names" : "empty";
    });
  }

  test("a file is read inside and nowhere else", async () => {
    const answers = await Promise.all(attacks.map(async ({ name, path }) => [name, await tryFile(path)]));
    expect(answers).toEqual(attacks.map(({ name, reaches }) => [name, FILE_ANSWERS[reaches]]));
  });

  test("a directory is listed inside and nowhere else", async () => {
    const answers = await Promise.all(
      attacks.map(async ({ name, path }) => [name, await tryDirectory(path)]),
    );
    expect(answers).toEqual(attacks.map(({ name, reaches }) => [name, DIRECTORY_ANSWERS[reaches]]));
  });

  test("a path that leads out resolves to nothing, and facts of it are refused", async () => {
    const out = attacks.filter(({ reaches }) => reaches === "outside");
    const { workspace } = ground;
    const answers = await Promise.all(
      out.flatMap(({ path }) => [
        outcome(async () => workspace.resolve(workspace.locate(path)).relative),
        outcome(
          async () => (await workspace.stat(workspace.locate(path), permissive(), { follow: true })).kind,
        ),
      ]),
    );
    expect(new Set(answers)).toEqual(new Set([FILE_ANSWERS.outside]));
  });

  test("a link that leads out is described without its target, one that stays with it", async () => {
    const { workspace } = ground;
    const describeLink = async (path: string): Promise<unknown> => {
      const { kind, target } = await workspace.stat(workspace.locate(path), permissive());
      return [kind, target];
    };
    expect(await describeLink("out/file")).toEqual(["link", undefined]);
    expect(await describeLink("out/chain")).toEqual(["link", undefined]);
    expect(await describeLink("in/file")).toEqual(["link", "../inside.txt"]);
    expect(await describeLink("in/dangling")).toEqual(["link", "../missing"]);
  });

  test("the same thing is described by every path that leads to it", async () => {
    const { workspace } = ground;
    const facts = (path: string) => workspace.stat(workspace.locate(path), permissive(), { follow: true });
    const { identity, links, kind, size } = await facts("inside.txt");
    expect({ links, kind, size }).toEqual({ links: 2, kind: "file", size: INSIDE.length });
    expect((await facts("in/chain")).identity).not.toBe(identity);
    expect((await facts("hard")).identity).toBe(identity);
    expect((await facts("in/to-root/hard")).identity).toBe(identity);
    expect((await facts("fifo")).kind).toBe("fifo");
    expect((await facts("socket")).kind).toBe("socket");
  });

  test("permission is asked for the place that was reached, not for the spelling", async () => {
    const { workspace, root } = ground;
    const access = permissive();
    await using file = await workspace.openFile(
      workspace.locate("in/to-root/in/directory/inside.txt"),
      access,
    );
    await using directory = await workspace.openDirectory(workspace.locate("in/slash"), access);
    expect([file.place, directory.place]).toEqual([
      { root, relative: "dir/inside.txt" },
      { root, relative: "dir" },
    ]);
    expect(access.asked).toEqual([
      [expect.objectContaining({ root, relative: "dir/inside.txt" }), "read"],
      [expect.objectContaining({ root, relative: "dir" }), "list"],
    ]);
  });

  test("a refused permission opens nothing", async () => {
    const { workspace } = ground;
    const deny = {
      signal: new AbortController().signal,
      permit: () => {
        throw new ToolError("denied", "not this one");
      },
    };
    const before = handles();
    for (const path of ["inside.txt", "dir", "in/file"]) {
      const located = workspace.locate(path);
      const work = [
        workspace.openFile(located, deny),
        workspace.openDirectory(located, deny),
        workspace.stat(located, deny),
      ];
      const answers = await Promise.allSettled(work);
      expect(answers.map((answer) => answer.status)).toEqual(["rejected", "rejected", "rejected"]);
    }
    expect(handles()).toBe(before);
  });

  test("an aborted call opens nothing", async () => {
    const { workspace } = ground;
    const access = permissive(AbortSignal.abort(new Error("stopped")));
    await expect(workspace.openFile(workspace.locate("inside.txt"), access)).rejects.toThrow("stopped");
    await expect(workspace.stat(workspace.locate("inside.txt"), access)).rejects.toThrow("stopped");
  });

  test("a missing tail resolves to where it would be", async () => {
    const { workspace, root } = ground;
    const place = async (path: string) => workspace.resolve(workspace.locate(path));
    expect(await place("in/directory/new/file.txt")).toEqual({ root, relative: "dir/new/file.txt" });
    expect(await place("in/dangling-directory/new.txt")).toEqual({ root, relative: "missing/new.txt" });
    expect(await place("in/to-root")).toEqual({ root, relative: "" });
    expect(await place("inside.txt/x")).toEqual({ root, relative: "inside.txt/x" });
  });

  test("no attempt leaves a handle open", async () => {
    const everything = async (): Promise<void> => {
      for (const { path } of attacks) {
        await Promise.all([tryFile(path), tryDirectory(path)]);
        await outcome(
          async () => (await ground.workspace.stat(ground.workspace.locate(path), permissive())).kind,
        );
        await outcome(async () => ground.workspace.resolve(ground.workspace.locate(path)).relative);
      }
    };
    await everything();
    const before = handles();
    await everything();
    expect(handles()).toBe(before);
  });

  test("a root that is replaced by another directory is taken anew, and never through a link", async () => {
    await using own = await opened({ "a.txt": "old" }, containment);
    const { workspace, root } = own;
    const read = () =>
      outcome(async () => {
        await using file = await workspace.openFile(workspace.locate("a.txt"), permissive());
        return (await file.read(0, 100)).toString();
      });
    expect(await read()).toBe("old");
    await rm(root, { recursive: true });
    expect(await read()).toBe("unavailable");
    await mkdir(root);
    await writeFile(join(root, "a.txt"), "new");
    expect(await read()).toBe("new");
    await rename(root, `${root}-moved`);
    await writeFile(join(own.outside, "a.txt"), SECRET);
    await symlink(own.outside, root);
    expect(await read()).toBe("unavailable");
  });
});

test("a big file is read in pieces from any position", async () => {
  await using ground = await opened({ "big.txt": "0123456789".repeat(100_000) });
  await using file = await ground.workspace.openFile(ground.workspace.locate("big.txt"), permissive());
  const ends = [await file.read(999_995, 100), await file.read(5, 3), await file.read(2_000_000, 10)];
  expect(ends.map(String)).toEqual(["56789", "567", ""]);
  expect((await file.read(0, 2_000_000)).length).toBe(1_000_000);
});

test("closing twice closes once", async () => {
  await using ground = await opened({ "a.txt": "a" });
  const file = await ground.workspace.openFile(ground.workspace.locate("a.txt"), permissive());
  await file.close();
  await using other = await ground.workspace.openFile(ground.workspace.locate("a.txt"), permissive());
  await file.close();
  expect((await other.read(0, 1)).toString()).toBe("a");
});

test("a child process can work in an open directory, also after it was moved", async () => {
  await using ground = await temporary({ "dir/a.txt": "a" });
  await using own = await opened({ "dir/a.txt": "a" });
  await using directory = await own.workspace.openDirectory(own.workspace.locate("dir"), permissive());
  await rename(join(own.root, "dir"), join(ground.root, "moved"));
  expect(await readdir(directory.workingDirectory)).toEqual(["a.txt"]);
});

function handles(): number {
  return readdirSync("/proc/self/fd").length;
}
