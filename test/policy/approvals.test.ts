import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Approvals, grantRule, listRules, revokeRule } from "../../shared/policy/approvals.ts";
import { buildWorker, inProcess } from "./processes.ts";

let folder: string;
let worker: string;

beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => rm(join(worker, ".."), { recursive: true, force: true }));
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "plumb-state-")), "plumbline");
  return () => rm(join(folder, ".."), { recursive: true, force: true });
});

describe("the file of rules", () => {
  test("is private, and its folder too, even one that was open before", async () => {
    const rule = await grantRule(folder, { decision: "deny", tool: "git.*", path: "x/**" });
    const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;
    expect([await mode(folder), await mode(join(folder, "approvals.json"))]).toEqual([0o700, 0o600]);
    await chmod(folder, 0o755);
    expect(await revokeRule(folder, rule.id)).toBe(true);
    expect(await mode(folder)).toBe(0o700);
    expect(await listRules(folder)).toEqual([]);
    expect(await revokeRule(folder, rule.id)).toBe(false);
  });

  test.each([
    ["{", /approvals\.json is not JSON/u],
    [
      '{"version":1,"rules":[{"id":"a","decision":"perhaps","origin":"person"}]}',
      /approvals\.json: rules\[0\]\.decision: /u,
    ],
    ['{"version":1,"rules":[{"id":"a","decision":"deny","origin":"person","pth":"x"}]}', /rules\[0\].*pth/u],
    ['{"version":2,"rules":[]}', /version/u],
    ["[]", /approvals\.json: the file: /u],
  ])("%s is refused with the file and the place", async (text, message) => {
    await grantRule(folder, { decision: "allow", tool: "a.b" });
    await writeFile(join(folder, "approvals.json"), text);
    await expect(listRules(folder)).rejects.toThrow(message);
    await expect(grantRule(folder, { decision: "allow", tool: "a.b" })).rejects.toThrow(message);
    expect(await readFile(join(folder, "approvals.json"), "utf8")).toBe(text);
  });

  test.each([
    [{ decision: "allow" }, /names a tool, a path/u],
    [{ decision: "deny", tool: "a.b", once: true }, /only a grant/u],
    [{ decision: "allow", tool: "a.b", until: "2001-01-01T00:00:00Z" }, /over already/u],
    [{ decision: "allow", tool: "a.b", until: "soon" }, /until/u],
    [{ decision: "allow", path: "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}" }, /path/u],
  ] as const)("%j is no rule", async (rule, message) => {
    await expect(grantRule(folder, rule)).rejects.toThrow(message);
    expect(await listRules(folder)).toEqual([]);
  });

  test("is read again when another process changed it, and only then", async () => {
    const approvals = new Approvals(folder);
    const first = approvals.rules();
    expect(approvals.rules()).toBe(first);
    await inProcess(worker, folder, "grant");
    const second = approvals.rules();
    expect(second.map(({ rule }) => rule.tool)).toEqual(["fixture.fixture_tool"]);
    expect(approvals.rules()).toBe(second);
  });
});

describe("several processes", () => {
  test("lose none of the rules that they add at once", async () => {
    await Promise.all(Array.from({ length: 4 }, () => inProcess(worker, folder, "grant-five")));
    const rules = await listRules(folder);
    expect(new Set(rules.map(({ id }) => id)).size).toBe(20);
  });

  test("spend one grant for once exactly once", async () => {
    for (let round = 0; round < 3; round++) {
      const { id } = await grantRule(folder, { decision: "allow", tool: "a.b", once: true });
      const won = await Promise.all(Array.from({ length: 3 }, () => inProcess(worker, folder, "take", id)));
      expect(won.filter((each) => each === "true")).toHaveLength(1);
    }
  });

  test("take over the lock of one that died", async () => {
    await grantRule(folder, { decision: "allow", tool: "a.b" });
    const dead = await inProcess(worker, folder, "pid");
    await writeFile(join(folder, "approvals.json.lock"), dead);
    await grantRule(folder, { decision: "allow", tool: "a.c" });
    expect(await listRules(folder)).toHaveLength(2);
  });
});
