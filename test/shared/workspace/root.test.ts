import { chmod, mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { StartupError, ToolError } from "../../../shared/errors.ts";
import { Scope } from "../../../shared/scope.ts";
import { openWorkspace } from "../../../shared/workspace/open-workspace.ts";
import { opened, permissive, temporary } from "../../support/workspace.ts";

test("a root that cannot be used is skipped with a warning that names it", async () => {
  await using ground = await temporary({ "a.txt": "a" });
  await using scope = new Scope();
  const warnings: string[] = [];
  const log = (level: string, message: string): void => void warnings.push(`${level}: ${message}`);
  const workspace = await openWorkspace(
    [join(ground.root, "missing"), join(ground.root, "a.txt"), ground.root],
    { scope, log },
  );
  expect(workspace.roots.map(({ path }) => path)).toEqual([ground.root]);
  expect(workspace.locate("a.txt").shown).toBe("a.txt");
  expect(warnings).toEqual([
    expect.stringContaining(`warn: the root ${join(ground.root, "missing")} cannot be used: `),
    expect.stringContaining(`warn: the root ${join(ground.root, "a.txt")} cannot be used: `),
  ]);
});

test("without any usable root nothing starts, and every reason is told", async () => {
  await using scope = new Scope();
  const opening = openWorkspace(["/nowhere/one", "/nowhere/two"], { scope });
  await expect(opening).rejects.toThrow(StartupError);
  await expect(opening).rejects.toThrow(/\/nowhere\/one.*\/nowhere\/two/u);
  await expect(openWorkspace([], { scope })).rejects.toThrow("no root was given");
});

test("a root is known in the form that was given and in its resolved form", async () => {
  await using ground = await temporary({ "real/a.txt": "a" });
  await using scope = new Scope();
  const given = join(ground.root, "given");
  await symlink("real", given);
  const workspace = await openWorkspace([given], { scope });
  const shown = [`${given}/a.txt`, `${ground.root}/real/a.txt`, "a.txt"].map(
    (path) => workspace.locate(path).shown,
  );
  expect(shown).toEqual(["a.txt", "a.txt", "a.txt"]);
  expect(() => workspace.locate(`${given}2/a.txt`)).toThrow("outside");
});

test("relative paths belong to the first root, absolute ones to the deepest that holds them", async () => {
  await using ground = await temporary({ "one/a.txt": "1", "two/a.txt": "2", "one/nested/a.txt": "3" });
  await using scope = new Scope();
  const roots = ["one", "two", "one/nested", "one"].map((name) => join(ground.root, name));
  const workspace = await openWorkspace(roots, { scope });
  const told = [
    "a.txt",
    `${roots[0]}/a.txt`,
    `${roots[1]}/a.txt`,
    `${roots[2]}/a.txt`,
    "nested/a.txt",
    roots[1] ?? "",
  ].map((path) => {
    const { root, parts, shown } = workspace.locate(path);
    return [root.path.slice(ground.root.length), parts.join("/"), shown.replace(ground.root, "")];
  });
  expect(told).toEqual([
    ["/one", "a.txt", "a.txt"],
    ["/one", "a.txt", "a.txt"],
    ["/two", "a.txt", "/two/a.txt"],
    ["/one/nested", "a.txt", "/one/nested/a.txt"],
    ["/one", "nested/a.txt", "nested/a.txt"],
    ["/two", "", "/two"],
  ]);
  const place = workspace.resolve(workspace.locate(`${roots[1]}/a.txt`));
  expect(workspace.show(place)).toBe(`${roots[1]}/a.txt`);
  expect(() => workspace.locate("../two/a.txt")).toThrow("outside");
});

test("what cannot be entered is said in words", async () => {
  await using ground = await opened({ "closed/a.txt": "a" });
  await chmod(dirname(ground.root), 0o755);
  await chmod(join(ground.root, "closed"), 0o600);
  const opening = await asNobody(() =>
    Promise.allSettled([ground.workspace.openFile(ground.workspace.locate("closed/a.txt"), permissive())]),
  );
  expect(opening).toMatchObject([
    { reason: { code: "denied", message: "the operating system does not let us open closed/a.txt" } },
  ]);
});

/** Root may enter everything, so it steps aside for a moment. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return await work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

test("whatever is sent, a located path has only plain names, or the refusal says nothing about the disk", async () => {
  await using ground = await opened({ "dir/a.txt": "a" });
  await mkdir(join(ground.root, "x"));
  const piece = fc.oneof(
    fc.constantFrom(
      "..",
      ".",
      "/",
      "//",
      "dir",
      "a.txt",
      "~",
      "\\",
      "\0",
      "\n",
      ground.root,
      ground.outside,
      "file:",
    ),
    fc.string({ unit: "binary", maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.constantFrom("", "/"), (pieces, between) => {
      const path = pieces.join(between);
      try {
        const { parts, root } = ground.workspace.locate(path);
        expect(root.path).toBe(ground.root);
        expect(
          parts.filter((name) => name === "" || name === "." || name === ".." || /[/\0]/u.test(name)),
        ).toEqual([]);
      } catch (error) {
        expect(error).toBeInstanceOf(ToolError);
        expect(String(error)).not.toContain(ground.outside);
        expect(String(error)).not.toContain(ground.root);
      }
    }),
    { numRuns: 2_000 },
  );
});
