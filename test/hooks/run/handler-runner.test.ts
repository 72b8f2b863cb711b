import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import type { Handler, LoadedHandler, Source } from "../../../hooks/handler.ts";
import { HandlerRunner } from "../../../hooks/run/handler-runner.ts";
import { dead, handler, scriptFolder } from "./support.ts";

const { signal } = new AbortController();
const HOME: Source = { scope: "home", dialect: "plumbline", file: "/home/hooks.json" };

function loaded(given: Partial<Handler>, source: Partial<Source> = {}): LoadedHandler {
  return { handler: handler(given), source: { ...HOME, ...source } };
}

interface Runner extends AsyncDisposable {
  readonly runner: HandlerRunner;
  readonly lines: string[];
}

function open(variables: readonly string[] = [], allowedUrls: readonly string[] = []): Runner {
  const lines: string[] = [];
  const log = (level: string, message: string): void => void lines.push(`${level}: ${message}`);
  const runner = new HandlerRunner({ allowedUrls, variables, home: "/", log });
  return { runner, lines, [Symbol.asyncDispose]: () => runner.close() };
}

test("a handler works in its own root, one from the home folders in that of the call", async () => {
  await using folder = await scriptFolder("one");
  await using other = await scriptFolder("two");
  await using open_ = open();
  const where = async (source: Partial<Source>, root: string): Promise<unknown> => {
    const command = 'echo "$PWD $CLAUDE_PROJECT_DIR $PLUMBLINE_TOOL"';
    const run = await open_.runner.run(loaded({ command }, source), {}, { signal, root, tool: "s.t" });
    return run === "started" ? run : run.stdout;
  };
  expect(await where({ scope: "project", root: folder.path }, other.path)).toBe(
    `${folder.path} ${folder.path} s.t\n`,
  );
  expect(await where({}, other.path)).toBe(`${other.path} ${other.path} s.t\n`);
  expect(await where({}, "")).toBe("/ / s.t\n");
});

test("a handler gets the payload and the variables that the person listed", async () => {
  await using open_ = open(["LISTED"]);
  process.env["LISTED"] = "yes";
  const command = 'cat; echo " $LISTED"';
  const run = await open_.runner.run(loaded({ command }), { text: "\ud800 \u00fc" }, { signal, root: "/" });
  delete process.env["LISTED"];
  expect(run).toMatchObject({ stdout: '{"text":"\\ud800 \u00fc"} yes\n' });
});

test("an address is asked only where the person allowed it", async () => {
  const server = createServer((_, response) => response.end("{}"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await using allowing = open([], [url]);
  await using other = open();
  const asked = loaded({ url });
  expect(await allowing.runner.run(asked, {}, { signal, root: "/" })).toMatchObject({
    end: "http",
    code: 200,
  });
  expect(await other.runner.run(asked, {}, { signal, root: "/" })).toMatchObject({ end: "unstartable" });
  server.close();
});

test.each(["mcp_tool", "prompt", "agent"] as const)("a handler of type %s is not run", async (type) => {
  await using open_ = open();
  for (const async of [false, true]) {
    const run = await open_.runner.run(loaded({ type, command: "true", async }), {}, { signal, root: "/" });
    expect(run).toMatchObject({ end: "unstartable", stderr: `handlers of type ${type} are not run here` });
  }
});

test("a handler that is switched off is not run", async () => {
  await using open_ = open();
  const off = { ...loaded({ command: "true" }), off: "disableAllHooks is set" };
  expect(await open_.runner.run(off, {}, { signal, root: "/" })).toMatchObject({
    end: "unstartable",
    stderr: "disableAllHooks is set",
  });
});

test("four handlers run at once, the others in the order in which they came", async () => {
  await using folder = await scriptFolder();
  await using open_ = open();
  const command = "mkdir run.$1; ls -d run.* | wc -l; sleep 0.4; rmdir run.$1";
  const runs = Array.from({ length: 9 }, (_, index) =>
    open_.runner.run(
      loaded({ command: "bash", args: ["-c", command, "bash", String(index)] }),
      {},
      { signal, root: folder.path },
    ),
  );
  const ended: number[] = [];
  runs.forEach((run, index) => void run.then(() => ended.push(index)));
  const counts = (await Promise.all(runs)).map((run) => Number(run === "started" ? "x" : run.stdout));
  expect(Math.max(...counts)).toBe(4);
  expect(counts.every((count) => count >= 1 && count <= 4)).toBe(true);
  expect(ended.indexOf(8)).toBeGreaterThan(3);
});

test("one that waits for its turn leaves with its call, and its place goes to others", async () => {
  await using open_ = open();
  const busy = Array.from({ length: 4 }, () =>
    open_.runner.run(loaded({ command: "sleep 0.5" }), {}, { signal, root: "/" }),
  );
  const caller = new AbortController();
  const waiting = open_.runner.run(loaded({ command: "true" }), {}, { signal: caller.signal, root: "/" });
  const next = open_.runner.run(loaded({ command: "echo next" }), {}, { signal, root: "/" });
  caller.abort(new Error("taken back"));
  await expect(waiting).rejects.toThrow("taken back");
  expect(await next).toMatchObject({ stdout: "next\n" });
  await Promise.all(busy);
});

describe("a handler that nobody waits for", () => {
  test("is started, outlives its call, and is told about in the log", async () => {
    await using folder = await scriptFolder();
    await using open_ = open();
    const caller = new AbortController();
    const about = { signal: caller.signal, root: folder.path };
    const command = "sleep 0.3; echo done > out; echo 'why\u001b[2J' >&2; exit 3";
    expect(await open_.runner.run(loaded({ command, async: true }), {}, about)).toBe("started");
    caller.abort(new Error("the call is over"));
    expect(await folder.text("out")).toBe("done\n");
    await until(() => open_.lines.length > 0);
    expect(open_.lines).toEqual([
      "warn: PreToolUse[0].hooks[0] of /home/hooks.json ended: exit 3 why\\u{1b}[2J",
    ]);
  });

  test("takes no place from the others, and there are sixteen at most", async () => {
    await using folder = await scriptFolder();
    await using open_ = open();
    const about = { signal, root: folder.path };
    const slow = loaded({ command: "sleep 60", async: true });
    const started = await Promise.all(Array.from({ length: 17 }, () => open_.runner.run(slow, {}, about)));
    expect(started.filter((each) => each === "started")).toHaveLength(16);
    expect(started[16]).toMatchObject({ end: "unstartable" });
    expect(await open_.runner.run(loaded({ command: "echo now" }), {}, about)).toMatchObject({
      stdout: "now\n",
    });
  });

  test("has its time all the same", async () => {
    await using open_ = open();
    const slow = loaded({ command: "sleep 60", async: true, timeoutMs: 100 });
    expect(await open_.runner.run(slow, {}, { signal, root: "/" })).toBe("started");
    await until(() => open_.lines.length > 0);
    expect(open_.lines[0]).toMatch(/ended: timeout/u);
  });
});

test("closing kills whatever runs, waits for its end and runs nothing more", async () => {
  await using folder = await scriptFolder();
  const { runner, lines } = open();
  const about = { signal, root: folder.path };
  const command = "echo $$ > $0; sleep 60";
  const waited = runner.run(loaded({ command: "bash", args: ["-c", command, "waited"] }), {}, about);
  await runner.run(loaded({ command: "bash", args: ["-c", command, "behind"], async: true }), {}, about);
  const pids = [Number(await folder.text("waited")), Number(await folder.text("behind"))];
  const [, ended] = await Promise.all([runner.close(), waited.catch((error: unknown) => error)]);
  expect(await dead(pids)).toBe(true);
  expect(ended).toMatchObject({ name: "ToolError", code: "cancelled" });
  for (const async of [false, true])
    await expect(runner.run(loaded({ command: "touch late", async }), {}, about)).rejects.toMatchObject({
      code: "cancelled",
    });
  expect((await readdir(folder.path)).sort()).toEqual(["behind", "waited"]);
  expect(lines).toEqual([]);
});

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !isSo(); tries++)
    await new Promise((resolve) => setTimeout(resolve, 25));
}
