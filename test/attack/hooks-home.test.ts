import { existsSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hooked, on } from "../support/hooked.ts";

const SCRIPT = '#!/bin/sh\ncat > /dev/null\ntouch "$CLAUDE_PROJECT_DIR/../canary"\n';
const YES = { kind: "yes", lifetime: "always" } as const;

test.each([['"$CLAUDE_PROJECT_DIR"/check.sh'], ["./check.sh"], ["sh check.sh"]])(
  "a hook of the person's own does not run a script that a project brings, unseen: %s",
  async (command) => {
    await using here = await hooked({
      files: { "check.sh": SCRIPT, "a.txt": "a\n" },
      home: { PreToolUse: [on("Read", command)] },
    });
    await chmod(join(here.root, "check.sh"), 0o755);
    const canary = join(here.root, "../canary");
    expect((await here.call("read_file", { path: "a.txt" })).error).toBeUndefined();
    expect(existsSync(canary)).toBe(false);
    const [handler] = (await here.suite.hooks.report()).handlers;
    expect(handler).toMatchObject({ trust: "pending" });

    const asked = await here.call("read_file", { path: "a.txt" }, YES);
    expect(asked.asked?.message).toContain("check.sh");
    expect(existsSync(canary)).toBe(true);
  },
);

test("a hook of the person's own that names no script of the project runs at once", async () => {
  await using here = await hooked({
    files: { "a.txt": "a\n" },
    home: { PreToolUse: [on("Read", 'touch "$CLAUDE_PROJECT_DIR/../canary"')] },
  });
  await here.call("read_file", { path: "a.txt" });
  expect(existsSync(join(here.root, "../canary"))).toBe(true);
});

test("a script that appears in the project later makes the hook wait", async () => {
  await using here = await hooked({
    files: { "a.txt": "a\n" },
    home: { PreToolUse: [on("Read", "./check.sh || true")] },
  });
  await here.call("read_file", { path: "a.txt" });
  await here.put("check.sh", SCRIPT);
  await chmod(join(here.root, "check.sh"), 0o755);
  await here.call("read_file", { path: "a.txt" });
  expect(existsSync(join(here.root, "../canary"))).toBe(false);
});
