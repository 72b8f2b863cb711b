import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { grantRule, listRules } from "../../shared/policy/approvals.ts";
import { Trust } from "../../shared/policy/trust.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plumb-state-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const HASH = "1".repeat(64);
const file = (): string => join(folder, "trust.json");

describe("a state file", () => {
  test("is its owner's alone, and goes on as it was written", async () => {
    await Trust.open(folder).grant("hook", "x", HASH);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    chmodSync(file(), 0o644);
    expect(await Trust.open(folder).isTrusted("hook", "x", HASH)).toBe(true);
  });

  const spoil: [string, string, () => void][] = [
    ["that its group may write", "others may write it", () => chmodSync(file(), 0o660)],
    ["that everybody may write", "others may write it", () => chmodSync(file(), 0o602)],
    [
      "that is a link",
      "it is a link",
      () => {
        renameSync(file(), join(folder, "real.json"));
        symlinkSync("real.json", file());
      },
    ],
    ["that is a link to nothing", "it is a link", () => (rmSync(file()), symlinkSync("gone.json", file()))],
    ["that is cut off", "is not JSON", () => writeFileSync(file(), '{"version":1,"trusted":[')],
    ["that is empty", "is not JSON", () => writeFileSync(file(), "")],
    ["of another version", "version", () => writeFileSync(file(), '{"version":2,"trusted":[]}')],
    [
      "with unknown keys",
      "nrecognized",
      () => writeFileSync(file(), '{"version":1,"trusted":[],"all":true}'),
    ],
    ["that is huge", "is larger than", () => writeFileSync(file(), " ".repeat(5 * 1024 * 1024))],
    ["that is a FIFO", "it is no regular file", () => (rmSync(file()), execFileSync("mkfifo", [file()]))],
    ["that is a folder", "cannot read", () => (rmSync(file()), execFileSync("mkdir", [file()]))],
  ];
  test.each(spoil)("%s is not read, and a running process hears of it", async (_, words, change) => {
    const trust = Trust.open(folder);
    await trust.grant("hook", "x", HASH);
    expect(await trust.isTrusted("hook", "x", HASH)).toBe(true);
    change();
    for (const each of [trust, Trust.open(folder)]) {
      await expect(each.isTrusted("hook", "x", HASH)).rejects.toThrow(words);
      await expect(each.isTrusted("hook", "x", HASH)).rejects.toThrow(file());
      await expect(each.grant("hook", "y", HASH)).rejects.toThrow(words);
    }
  });

  test.runIf(process.geteuid?.() === 0)("of another user is not read", async () => {
    const trust = Trust.open(folder);
    await trust.grant("hook", "x", HASH);
    chownSync(file(), 1_234, 1_234);
    await expect(trust.list()).rejects.toThrow("it belongs to another user");
  });

  test("holds approvals by the same rules", async () => {
    await grantRule(folder, { decision: "allow", tool: "a.b" });
    expect(await listRules(folder)).toHaveLength(1);
    chmodSync(join(folder, "approvals.json"), 0o666);
    await expect(listRules(folder)).rejects.toThrow("others may write it");
    chmodSync(join(folder, "approvals.json"), 0o600);
    expect(await listRules(folder)).toHaveLength(1);
  });

  test("does not grow past what can be read", async () => {
    const trust = Trust.open(folder);
    const many = (count: number, length: number) =>
      Array.from({ length: count }, (_, index) => ({ subject: `${index}${"x".repeat(length)}`, hash: HASH }));
    await expect(trust.grantAll("hook", many(2_000, 4_000), () => false)).rejects.toThrow("holds too much");
    await expect(trust.grantAll("hook", many(10_001, 1), () => false)).rejects.toThrow("is full");
    expect(await trust.list()).toEqual([]);
  });
});

test("trust in several is given at once, and takes the place of what it outdates, of its own kind only", async () => {
  const trust = Trust.open(folder);
  await trust.grant("repository", "old", HASH);
  await trust.grantAll(
    "hook",
    ["old", "a"].map((subject) => ({ subject, hash: HASH })),
    () => false,
  );
  const two = "2".repeat(64);
  await trust.grantAll(
    "hook",
    [
      { subject: "a", hash: two },
      { subject: "b", hash: two },
    ],
    ({ subject }) => subject === "old",
  );
  const left = (await trust.list()).map(({ kind, subject, hash }) => `${kind} ${subject} ${hash.charAt(0)}`);
  expect(left).toEqual(["repository old 1", "hook a 2", "hook b 2"]);
});
