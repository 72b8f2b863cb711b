import { execFileSync } from "node:child_process";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listNames } from "../../../shared/workspace/list-names.ts";
import { opened, permissive } from "../../support/workspace.ts";

describe.each(["handles", "compare"] as const)("names of a directory contained by %s", (containment) => {
  test("come with what they are, links not followed", async () => {
    await using ground = await opened({ "d/f": "", "d/in/x": "", "d/é": "" }, containment);
    await symlink(ground.outside, join(ground.root, "d/link"));
    execFileSync("mkfifo", [join(ground.root, "d/fifo")]);
    await using directory = await ground.workspace.openDirectory(ground.workspace.locate("d"), permissive());
    const names = listNames(directory, 5);
    expect(Object.fromEntries(names ?? [])).toEqual({
      f: "file",
      in: "directory",
      é: "file",
      link: "link",
      fifo: "fifo",
    });
    expect(listNames(directory, 4)).toBeUndefined();
  });
});
