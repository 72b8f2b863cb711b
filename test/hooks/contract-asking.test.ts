import { existsSync } from "node:fs";
import { join } from "node:path";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { describe, expect, test } from "vitest";
import { serveHttp } from "../../servers/serve.ts";
import { createClient, type Elicit, type Era } from "../support/connect.ts";
import { deciding, hooked, on, printing, teller, type Hooked } from "../support/hooked.ts";

const HTTP = { "http.port": "0" };

interface Asking extends AsyncDisposable {
  readonly questions: string[];
  readonly choices: (readonly string[])[];
  readonly call: (
    name: string,
    input: Record<string, unknown>,
  ) => Promise<{ text: string; isError: boolean }>;
}

/** A client whose person gives these answers in turn, on a real connection; `undefined` is one that cannot ask. */
async function asking(here: Hooked, era: Era, says: readonly string[] | undefined): Promise<Asking> {
  const questions: string[] = [];
  const choices: (readonly string[])[] = [];
  const elicit: Elicit = (message, offered) => {
    questions.push(message);
    choices.push(offered);
    return says?.[questions.length - 1] ?? "cancel";
  };
  const client = createClient({ era, ...(says === undefined ? {} : { elicit }) });
  const { url, token } = await serveHttp(here.suite);
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  );
  return {
    questions,
    choices,
    async call(name, input) {
      const { content, isError } = await client.callTool({ name, arguments: input });
      const text = content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
      return { text, isError: isError === true };
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

const ASKS = deciding("ask", { permissionDecisionReason: "a migration", additionalContext: "see docs/" });
const YES = "allow once";

async function firings(here: Hooked): Promise<string[]> {
  return (await here.told()).map((told) => `${told.hook_event_name} ${told.tool_name}`).toSorted();
}

describe.each(["legacy", "modern"] as const)("a hook that asks, to a client of the %s era,", (era) => {
  test("is one question with its reason; hooks before run once, hooks after are told of what was done", async () => {
    await using here = await hooked({
      home: {
        PreToolUse: [on("Write", teller()), on("Write", ASKS)],
        PostToolUse: [on("Write", teller())],
      },
      flags: HTTP,
    });
    await using client = await asking(here, era, [YES]);
    const { text, isError } = await client.call("write_file", { path: "a.txt", content: "x" });
    expect([isError, client.questions.length]).toEqual([false, 1]);
    expect(client.questions[0]).toMatch(/a hook asks: .*hooks\.json:\d+\] a migration/u);
    expect(text).toContain("created a.txt");
    expect(text.split("see docs/")).toHaveLength(2);
    expect(await firings(here)).toEqual(["PostToolUse Write", "PreToolUse Write"]);
    const told = await here.told();
    expect(new Set(told.map((each) => each["tool_use_id"])).size).toBe(1);
    expect(told[1]).toMatchObject({ tool_response: { filePath: join(here.root, "a.txt") } });
  });

  test("and is told no keeps the call from running, and hooks after it from being told", async () => {
    await using here = await hooked({
      home: {
        PreToolUse: [on("Write", teller()), on("Write", ASKS)],
        PostToolUse: [on("Write", teller())],
        PostToolUseFailure: [on("Write", teller())],
      },
      flags: HTTP,
    });
    await using client = await asking(here, era, ["decline"]);
    const { text, isError } = await client.call("write_file", { path: "a.txt", content: "x" });
    expect(isError).toBe(true);
    expect(text).toContain("the person said no");
    expect(existsSync(join(here.root, "a.txt"))).toBe(false);
    expect(await firings(here)).toEqual(["PreToolUse Write"]);
  });

  test("about other arguments shows those, and those are run", async () => {
    const rewrites = deciding("ask", { updatedInput: { file_path: "b.txt", content: "theirs" } });
    await using here = await hooked({ home: { PreToolUse: [on("Write", rewrites)] }, flags: HTTP });
    await using client = await asking(here, era, [YES]);
    const { text } = await client.call("write_file", { path: "a.txt", content: "ours" });
    expect(client.questions[0]).toContain("b.txt");
    expect(client.questions[0]).not.toContain("a.txt");
    expect(text).toContain("created b.txt");
    expect(await here.read("b.txt")).toBe("theirs");
    expect(existsSync(join(here.root, "a.txt"))).toBe(false);
  });

  test("where we ask ourselves is the same question", async () => {
    await using here = await hooked({ home: { PreToolUse: [on("Write", ASKS)] }, flags: HTTP });
    await using client = await asking(here, era, [YES]);
    const answer = await client.call("write_file", { path: ".github/workflows/ci.yml", content: "x" });
    expect(answer.isError).toBe(false);
    expect(client.questions).toHaveLength(1);
    expect(client.questions[0]).toContain("a migration");
  });

  test("beside one that denies is not asked", async () => {
    await using here = await hooked({
      home: { PreToolUse: [on("Write", ASKS), on("Write", deciding("deny"))] },
      flags: HTTP,
    });
    await using client = await asking(here, era, [YES]);
    expect((await client.call("write_file", { path: "a.txt", content: "x" })).isError).toBe(true);
    expect(client.questions).toEqual([]);
  });

  test("a client that cannot ask is told how a person allows it", async () => {
    await using here = await hooked({ home: { PreToolUse: [on("Write", ASKS)] }, flags: HTTP });
    await using client = await asking(here, era, undefined);
    const { text, isError } = await client.call("write_file", { path: "a.txt", content: "x" });
    expect(isError).toBe(true);
    expect(text).toContain("a migration");
    expect(text).toContain("plumbline approvals grant filesystem.write_file");
  });

  test("asks again at the next call: no yes lasts longer than the call that it was given for", async () => {
    await using here = await hooked({ home: { PreToolUse: [on("Write", ASKS)] }, flags: HTTP });
    await using client = await asking(here, era, [YES, YES]);
    await client.call("write_file", { path: "a.txt", content: "x" });
    expect(client.choices).toEqual([["allow once", "deny"]]);
    await client.call("write_file", { path: "b.txt", content: "x" });
    expect(client.questions).toHaveLength(2);
    expect(existsSync(join(here.root, "b.txt"))).toBe(true);
  });
});

describe.each(["legacy", "modern"] as const)(
  "hooks that nobody approved, with a client of the %s era,",
  (era) => {
    const project = { PreToolUse: [on("Write", teller(ASKS.replace("cat > /dev/null; ", "")))] };

    test("are asked about first, and then what they ask", async () => {
      await using here = await hooked({ project, flags: HTTP });
      await using client = await asking(here, era, ["always allow", YES]);
      const { text, isError } = await client.call("write_file", { path: "a.txt", content: "x" });
      expect([isError, text]).toEqual([false, expect.stringContaining("created a.txt")]);
      expect(client.questions).toHaveLength(2);
      expect(client.questions[0]).toContain("told-XXXXXX");
      expect(client.questions[1]).toContain("a migration");
      expect(await firings(here)).toEqual(["PreToolUse Write"]);
      // approved for good, and still a hook that asks
      await client.call("write_file", { path: "b.txt", content: "x" });
      expect(client.questions).toHaveLength(3);
      expect(client.questions[2]).toContain("a migration");
    });

    test("and are not wanted do not run, and are not asked about again", async () => {
      await using here = await hooked({ project, flags: HTTP });
      await using client = await asking(here, era, ["decline"]);
      const answer = await client.call("write_file", { path: "a.txt", content: "x" });
      expect([answer.isError, answer.text]).toEqual([false, expect.stringContaining("created a.txt")]);
      await client.call("write_file", { path: "b.txt", content: "x" });
      expect(client.questions).toHaveLength(1);
      expect(await firings(here)).toEqual([]);
    });

    test("and are not wanted deny what they guard where hooks fail closed", async () => {
      await using here = await hooked({ project, flags: { ...HTTP, "hooks.failClosed": true } });
      await using client = await asking(here, era, ["decline"]);
      const { text, isError } = await client.call("write_file", { path: "a.txt", content: "x" });
      expect(isError).toBe(true);
      expect(text).toContain("plumbline hooks trust");
      expect(existsSync(join(here.root, "a.txt"))).toBe(false);
    });

    test("are approved once for hooks before and after", async () => {
      await using here = await hooked({
        project: { ...project, PostToolUse: [on("Write", printing({ decision: "block", reason: "lint" }))] },
        flags: HTTP,
      });
      await using client = await asking(here, era, ["always allow", YES]);
      const { text } = await client.call("write_file", { path: "a.txt", content: "x" });
      expect(client.questions).toHaveLength(2);
      expect(text).toContain("lint");
    });
  },
);
