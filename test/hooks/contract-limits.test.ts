import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hooked, on, printing, teller, type Hooked } from "../support/hooked.ts";
import { answerOf, lastRun, saidIn } from "./scripted.ts";

const write = (path: string) => ({ path, content: "x" });

/** Waits until a hook wrote its process id beside the root. */
async function pidOf(here: Hooked): Promise<number> {
  const file = join(here.root, "../pid");
  await expect.poll(() => existsSync(file)).toBe(true);
  return Number(await readFile(file, "utf8"));
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

const HANGS = "echo $$ > ../pid.new; mv ../pid.new ../pid; sleep 60";

describe("a hook that is still running before a call", () => {
  test.each([
    ["hangs", HANGS],
    ["ignores SIGTERM", `trap "" TERM; ${HANGS}`],
    ["has started others", `sleep 60 & ${HANGS}`],
    ["closed its streams", `exec <&- >&- 2>&-; ${HANGS}`],
    ["floods", `(yes & yes >&2) & ${HANGS}`],
  ])("and %s is dead after the caller took the call back, and the tool did not run", async (_, command) => {
    await using here = await hooked({ home: { PreToolUse: [on("Write", command)] } });
    const stop = new AbortController();
    const calling = answerOf(here, "write_file", { input: write("a.txt"), signal: stop.signal });
    const pid = await pidOf(here);
    stop.abort();
    expect((await calling).error).toBe("cancelled");
    await expect.poll(() => isAlive(pid), { timeout: 4_000 }).toBe(false);
    expect(existsSync(join(here.root, "a.txt"))).toBe(false);
    expect(await lastRun(here)).toContain("failed: ended early, write_file was cancelled by its caller");
  });

  test("is dead at the call's deadline, and the tool did not run", async () => {
    await using here = await hooked({
      home: { PreToolUse: [on("Write", HANGS)] },
      flags: { "limits.deadlineMs": "400" },
    });
    const answer = await answerOf(here, "write_file", { input: write("a.txt") });
    expect(answer.error).toBe("timeout");
    const pid = await pidOf(here);
    await expect.poll(() => isAlive(pid)).toBe(false);
    expect(existsSync(join(here.root, "a.txt"))).toBe(false);
  });

  test("keeps no other call waiting that it has no word in", async () => {
    await using here = await hooked({
      files: { "b.txt": "b\n" },
      home: { PreToolUse: [on("Write", `[ -e ../go ] || ${HANGS}`)] },
    });
    const stop = new AbortController();
    const calling = answerOf(here, "write_file", { input: write("a.txt"), signal: stop.signal });
    await pidOf(here);
    expect((await answerOf(here, "read_file", { input: { path: "b.txt" } })).error).toBeUndefined();
    stop.abort();
    await calling;
  });

  test("of SessionStart leaves a call that was taken back undone, also when it is through", async () => {
    await using here = await hooked({
      home: { SessionStart: [on(undefined, HANGS.replace("60", "0.4; touch ../done"))] },
    });
    const stop = new AbortController();
    const calling = answerOf(here, "write_file", {
      input: write("a.txt"),
      signal: stop.signal,
      caller: { transport: "stdio" },
    });
    await pidOf(here);
    stop.abort();
    expect((await calling).error).toBe("cancelled");
    await expect.poll(() => existsSync(join(here.root, "../done"))).toBe(true);
    await here.suite.scope.close();
    expect(existsSync(join(here.root, "a.txt"))).toBe(false);
  });
});

describe("a hook that is still running after a call", () => {
  test("does not lose its answer at the deadline: what was done is told", async () => {
    await using here = await hooked({
      home: { PostToolUse: [on("Write", HANGS)] },
      flags: { "limits.deadlineMs": "500" },
    });
    const answer = await answerOf(here, "write_file", { input: write("a.txt") });
    expect(answer.error).toBeUndefined();
    expect(answer.text).toContain("created a.txt");
    expect(answer.text).toContain(
      "[hooks] what hooks say after this call was not waited for: write_file took longer",
    );
    const pid = await pidOf(here);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test("and refuses to end costs the answer no more", async () => {
    await using here = await hooked({
      home: { PostToolUse: [on("Write", `trap "" TERM; ${HANGS}`)] },
      flags: { "limits.deadlineMs": "500" },
    });
    expect((await answerOf(here, "write_file", { input: write("a.txt") })).text).toContain("created a.txt");
  });

  test("a call that was taken back while its tool ran is told to the hooks of failures", async () => {
    await using here = await hooked({
      files: { "a.txt": "a\n" },
      home: { PostToolUseFailure: [on("*", teller())] },
    });
    const stop = new AbortController();
    const calling = answerOf(here, "search_text", {
      input: { pattern: "a" },
      signal: stop.signal,
      whenAllowed: () => stop.abort(),
    });
    expect((await calling).error).toBe("cancelled");
    await expect.poll(async () => (await here.told()).length).toBe(1);
    expect(await here.told()).toEqual([
      expect.objectContaining({
        hook_event_name: "PostToolUseFailure",
        is_interrupt: true,
        tool_name: "Grep",
        error: expect.stringContaining("cancelled"),
      }),
    ]);
  });
});

describe("many at once", () => {
  test("fifty calls have a hook each, and each its own verdict", async () => {
    const command = `case "$(cat)" in *-odd.txt*) echo "odd ones not" >&2; exit 2;; esac`;
    await using here = await hooked({ home: { PreToolUse: [on("Write", command)] } });
    const names = Array.from(
      { length: 50 },
      (_, index) => `${index}-${index % 2 === 1 ? "odd" : "even"}.txt`,
    );
    const answers = await Promise.all(
      names.map((path) => answerOf(here, "write_file", { input: write(path) })),
    );
    expect(answers.map(({ error }) => error)).toEqual(
      names.map((name) => (name.includes("odd") ? "denied" : undefined)),
    );
    for (const name of names) expect(existsSync(join(here.root, name))).toBe(name.includes("even"));
  });

  test("a patch over 300 files is shown to a guard file by file, and one file is enough to refuse it", async () => {
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`f${index}.txt`, "old\n"]));
    const patch = Object.keys(files)
      .map((name) => `--- a/${name}\n+++ b/${name}\n@@ -1 +1 @@\n-old\n+${"new".repeat(1_000)}\n`)
      .join("");
    const command = `grep -q '"file_path":"[^"]*/f299.txt"' && [ -e ../closed ] && exit 2; exit 0`;
    await using here = await hooked({ files, home: { PreToolUse: [on("Write|Edit", command)] } });
    await here.put("../closed", "");
    const before = process.memoryUsage().rss;
    const denied = await answerOf(here, "apply_patch", { input: { patch } });
    expect(denied.error).toBe("denied");
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
    expect(await here.read("f0.txt")).toBe("old\n");
    await rm(join(here.root, "../closed"));
    expect((await answerOf(here, "apply_patch", { input: { patch } })).error).toBeUndefined();
    expect(await here.read("f299.txt")).toContain("newnew");
  }, 120_000);

  test("more than can wait are refused, and none passes unguarded", async () => {
    const files = Object.fromEntries(Array.from({ length: 1_100 }, (_, index) => [`f${index}.txt`, "old\n"]));
    const patch = Object.keys(files)
      .map((name) => `--- a/${name}\n+++ b/${name}\n@@ -1 +1 @@\n-old\n+new\n`)
      .join("");
    await using here = await hooked({ files, home: { PreToolUse: [on("Edit", "true")] } });
    const answer = await answerOf(here, "apply_patch", { input: { patch } });
    expect(answer.error).toBe("unavailable");
    expect(answer.text).toContain("fewer files at once");
    expect(await here.read("f0.txt")).toBe("old\n");
  }, 120_000);
});

describe("async hooks", () => {
  test("are not waited for, decide nothing, and are told everything", async () => {
    await using here = await hooked({
      home: {
        PreToolUse: [
          on("Write", teller("sleep 0.8; echo late > ../late; exit 2"), { async: true, onFailure: "block" }),
        ],
        PostToolUse: [on("Write", printing({ decision: "block", reason: "x" }), { async: true })],
      },
    });
    const answer = await answerOf(here, "write_file", { input: write("a.txt") });
    expect(existsSync(join(here.root, "../late"))).toBe(false);
    expect(answer.error).toBeUndefined();
    expect(saidIn(answer.text)).toEqual([]);
    expect(await lastRun(here)).toContain(": started");
    await expect.poll(() => existsSync(join(here.root, "../late")), { timeout: 5_000 }).toBe(true);
    expect(await here.told()).toHaveLength(1);
  });

  test("end with the process", async () => {
    await using here = await hooked({ home: { PreToolUse: [on("Write", HANGS, { async: true })] } });
    await answerOf(here, "write_file", { input: write("a.txt") });
    const pid = await pidOf(here);
    await here.suite.scope.close();
    expect(isAlive(pid)).toBe(false);
  });
});
