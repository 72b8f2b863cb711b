import { spawnSync } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

function start(root: string, ...args: string[]): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, [join(root, "scripts/start.mjs"), ...args], {
    encoding: "utf8",
    timeout: 20_000,
  });
}

test("a folder that is not there is named, with what to type instead", () => {
  const { status, stderr } = start(ROOT, "/no/such/folder");
  expect(stderr).toBe("There is no folder /no/such/folder.\nThis mends it: npm start -- /path/to/a/folder\n");
  expect(status).toBe(2);
});

test("a clone without its packages names the command that installs them", async () => {
  const clone = await mkdtemp(join(tmpdir(), "plumbline-clone-"));
  try {
    await cp(join(ROOT, "scripts/start.mjs"), join(clone, "scripts/start.mjs"));
    const { status, stderr } = start(clone);
    expect(stderr).toBe("The packages are not installed.\nThis mends it: npm ci\n");
    expect(status).toBe(2);
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
});
