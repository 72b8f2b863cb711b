import { PassThrough } from "node:stream";
import type { Server } from "@modelcontextprotocol/server";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Shortcut } from "../../shared/mcp/shortcut.ts";
import { withFailures } from "../../shared/pipeline/failures.ts";
import { createLimits, withLimits } from "../../shared/pipeline/limits.ts";
import { serveOnStdio } from "../../shared/mcp/stdio.ts";
import { Scope } from "../../shared/scope.ts";
import { createFixture, type Fixture } from "./fixture.ts";

type Message = Readonly<Record<string, unknown>>;
type Era = "legacy" | "modern";
const ERAS: readonly Era[] = ["legacy", "modern"];

/** Each server listens to the process's signals. */
const listeners = process.getMaxListeners();
beforeAll(() => void process.setMaxListeners(0));
afterAll(() => void process.setMaxListeners(listeners));

interface Talk extends AsyncDisposable {
  readonly fixture: Fixture;
  readonly stdin: PassThrough;
  /** All that was written, parsed. */
  readonly said: Message[];
  /** Calls that did not go through the SDK. */
  readonly short: () => number;
  readonly exited: Promise<number>;
  send(...messages: unknown[]): void;
  /** What was said with this id, once it was. */
  answerTo(id: unknown): Promise<Message>;
}

interface TalkOptions {
  readonly era?: Era;
  readonly canAsk?: boolean;
  /** False: everything goes through the SDK. */
  readonly shortcut?: boolean;
  readonly fixture?: Fixture;
}

function envelope(era: Era, canAsk: boolean): Message {
  if (era === "legacy") return {};
  return {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": canAsk ? { elicitation: {} } : {},
  };
}

function request(id: unknown, method: string, params: Message): Message {
  return { jsonrpc: "2.0", id, method, params };
}

/** A client that has called once, so that the shortcut is open. */
async function talk(options: TalkOptions = {}): Promise<Talk> {
  const { era = "legacy", canAsk = false, shortcut = true, fixture = createFixture() } = options;
  let short = 0;
  const counted = (found: Shortcut | undefined): Shortcut | undefined =>
    found &&
    new Proxy(found, {
      get(target, key: keyof Shortcut) {
        if (key === "call") short += 1;
        return target[key].bind(target);
      },
    });
  const { mount } = fixture;
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const said: Message[] = [];
  let rest = "";
  stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    said.push(...lines.map((line): Message => JSON.parse(line)));
  });
  const exited = new Promise<number>((resolve) => {
    const { shortcutOf, ...plain } = mount;
    const mounted = shortcut
      ? { ...plain, shortcutOf: (server: Server) => counted(shortcutOf?.(server)) }
      : plain;
    serveOnStdio(mounted, { scope: new Scope(), log: () => {}, stdin, stdout, exit: resolve });
  });
  const send: Talk["send"] = (...messages) =>
    void stdin.write(
      messages.map((each) => (typeof each === "string" ? each : `${JSON.stringify(each)}\n`)).join(""),
    );
  const answerTo: Talk["answerTo"] = async (id) => {
    const isIt = (message: Message): boolean => message["id"] === id && !("method" in message);
    await expect.poll(() => said.some(isIt), { interval: 2 }).toBe(true);
    return said.find(isIt) ?? {};
  };
  if (era === "legacy") {
    const capabilities = canAsk ? { elicitation: {} } : {};
    const hello = { protocolVersion: "2025-11-25", capabilities, clientInfo: { name: "raw", version: "1" } };
    send(request("hello", "initialize", hello), { jsonrpc: "2.0", method: "notifications/initialized" });
  }
  send(call("first", "echo", { say: "first" }, envelope(era, canAsk)));
  await answerTo("first");
  said.length = 0;
  return {
    fixture,
    stdin,
    said,
    short: () => short,
    exited,
    send,
    answerTo,
    async [Symbol.asyncDispose]() {
      stdin.end();
      await exited;
    },
  };
}

function call(id: unknown, name: unknown, args?: unknown, meta: Message = {}): Message {
  return request(id, "tools/call", {
    name,
    ...(args === undefined ? {} : { arguments: args }),
    ...(Object.keys(meta).length === 0 ? {} : { _meta: meta }),
  });
}

describe.each(ERAS)("on the short path of the %s era", (era) => {
  const meta = envelope(era, false);

  test.each([
    ["text", "echo", { say: 'hällo \u2028 \n "quoted"' }],
    ["structured content", "structured", {}],
    ["a failure", "fails", {}],
    ["many megabytes", "large", { size: 3_000_000 }],
    ["nothing that was asked for", "echo", undefined],
  ])("an answer with %s is the SDK's own", async (_, name, args) => {
    await using ours = await talk({ era });
    await using theirs = await talk({ era, shortcut: false });
    for (const each of [ours, theirs]) each.send(call(7, name, args, meta));
    expect(await ours.answerTo(7)).toEqual(await theirs.answerTo(7));
    expect([ours.short(), theirs.short()]).toEqual([1, 0]);
    const [calls, others] = [ours, theirs].map(({ fixture }) =>
      fixture.calls.map(({ caller, record }) => ({ ...caller, id: 0, record })),
    );
    expect(calls).toEqual(others);
    expect(ours.fixture.calls[1]?.caller.id).toBe(ours.fixture.calls[0]?.caller.id);
  });

  test("a hundred calls at once are answered, each once, also when their lines come in pieces", async () => {
    await using ours = await talk({ era });
    const ids = Array.from({ length: 100 }, (_, index) => index);
    const bytes = Buffer.from(
      ids.map((id) => `${JSON.stringify(call(id, "echo", { say: `ä${id}` }, meta))}\n`).join(""),
    );
    for (let at = 0; at < bytes.length; at += 97) ours.stdin.write(bytes.subarray(at, at + 97));
    await expect.poll(() => ours.said.length).toBe(100);
    const texts = new Map(ours.said.map(({ id, result }) => [id, result]));
    for (const id of ids) expect(texts.get(id)).toMatchObject({ content: [{ text: `ä${id}` }] });
    expect(ours.short()).toBe(100);
  });

  test("a call that is taken back is aborted and not answered", async () => {
    await using ours = await talk({ era });
    ours.send(call(2, "waits", {}, meta));
    await expect.poll(() => ours.fixture.calls.length).toBe(2);
    ours.send({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: 2, reason: "enough", ...(era === "modern" ? { _meta: meta } : {}) },
    });
    await expect.poll(() => ours.fixture.aborted).toEqual(["waits"]);
    ours.send(call(3, "echo", { say: "after" }, meta));
    await ours.answerTo(3);
    expect(ours.said).toHaveLength(1);
    expect(ours.short()).toBe(2);
  });

  test("progress rises and comes before the answer", async () => {
    await using ours = await talk({ era });
    ours.send(call(2, "steps", {}, { ...meta, progressToken: "p" }));
    await ours.answerTo(2);
    expect(ours.said.map(({ method, params }) => [method, params])).toEqual([
      ...[1, 2, 3].map((progress) => [
        "notifications/progress",
        { progressToken: "p", progress, total: 3, message: `step ${progress}` },
      ]),
      [undefined, undefined],
    ]);
    expect(ours.short()).toBe(1);
  });

  test("a question is asked by the SDK, and the call does not run twice", async () => {
    await using ours = await talk({ era, canAsk: true });
    const asking = envelope(era, true);
    ours.send(call(2, "asks", { say: "rm" }, asking));
    const yes = { action: "accept", content: { decision: "allow once" } };
    if (era === "legacy") {
      await expect.poll(() => ours.said.length).toBe(1);
      expect(ours.said[0]).toMatchObject({
        method: "elicitation/create",
        params: { message: "May fixture ask about rm?" },
      });
      ours.send({ jsonrpc: "2.0", id: ours.said[0]?.["id"], result: yes });
    } else {
      const { result } = await ours.answerTo(2);
      expect(result).toMatchObject({ resultType: "input_required" });
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a test reads what it expects
      const { requestState } = result as { requestState: string };
      ours.said.length = 0;
      const answer = { requestState, inputResponses: { answer: yes } };
      ours.send(
        request(2, "tools/call", { name: "asks", arguments: { say: "rm" }, _meta: asking, ...answer }),
      );
    }
    expect(await ours.answerTo(2)).toMatchObject({
      result: { content: [{ text: expect.stringContaining('"kind":"yes"') }] },
    });
    const [, asked, answered, ...more] = ours.fixture.calls;
    expect(more).toEqual([]);
    expect(asked?.resumed).toBeUndefined();
    expect(answered?.id).toBe(asked?.id);
    expect(ours.short()).toBe(1);
  });

  test("a client that leaves in the middle aborts what runs and hears nothing more", async () => {
    const ours = await talk({ era });
    for (let id = 0; id < 20; id += 1) ours.send(call(id, "waits", {}, meta));
    await expect.poll(() => ours.fixture.calls.length).toBe(21);
    ours.stdin.end();
    expect(await ours.exited).toBe(0);
    expect(ours.fixture.aborted).toHaveLength(20);
    expect(ours.said).toEqual([]);
    expect(ours.short()).toBe(20);
  });

  test("a line that comes in ten thousand pieces, and one beside it, are answered", async () => {
    await using ours = await talk({ era });
    const say = "x".repeat(1_000_000);
    const line = Buffer.from(
      `${JSON.stringify(call(1, "echo", { say }, meta))}\n${JSON.stringify(call(2, "echo", { say: "y" }, meta))}\n`,
    );
    for (let at = 0; at < line.length; at += 100) ours.stdin.write(line.subarray(at, at + 100));
    expect(await ours.answerTo(1)).toMatchObject({ result: { content: [{ text: say }] } });
    expect(await ours.answerTo(2)).toMatchObject({ result: { content: [{ text: "y" }] } });
  });

  test("whatever a client sends is answered as the SDK alone would", async () => {
    const id = fc.constantFrom<unknown>(7, "seven", 7, 7, null, 1.5, true, undefined);
    const name = fc.constantFrom<unknown>(
      "echo",
      "echo",
      "structured",
      "fails",
      "ecco",
      "",
      3,
      null,
      "toString",
    );
    const args = fc.constantFrom<unknown>({ say: "a" }, { say: "a" }, undefined, [], "say", null, {
      say: 1,
      more: {},
    });
    const metas = fc.constantFrom<unknown>(
      meta,
      meta,
      meta,
      { ...meta, progressToken: 1 },
      { ...meta, progressToken: {} },
      { ...meta, "claude/toolUseId": "x" },
      { ...meta, "io.modelcontextprotocol/related-task": { taskId: "t" } },
      { ...meta, "io.modelcontextprotocol/protocolVersion": "1999-01-01" },
      { ...meta, "io.modelcontextprotocol/clientInfo": 5 },
      undefined,
      {},
      [],
      null,
    );
    const extras = fc.constantFrom<Message>(
      {},
      {},
      {},
      { task: { ttl: 5 } },
      { requestState: "nonsense" },
      { inputResponses: {} },
      { other: 1 },
    );
    const outer = fc.constantFrom<Message>(
      {},
      {},
      {},
      { jsonrpc: "1.0" },
      { jsonrpc: undefined },
      { extra: 1 },
      { method: "tools/cull" },
      { method: 4 },
      { params: [] },
      { params: undefined },
    );
    const requests = fc
      .record({ id, name, args, metas, extras, outer })
      .map(({ id, name, args, metas, extras, outer }) => ({
        jsonrpc: "2.0",
        id,
        method: "tools/call",
        params: { name, arguments: args, _meta: metas, ...extras },
        ...outer,
      }));
    const lines = fc.oneof(
      { weight: 8, arbitrary: requests.map((each) => `${JSON.stringify(each)}\n`) },
      fc.constantFrom(
        "\n",
        "null\n",
        "nonsense\n",
        '{"half":\n',
        "[]\n",
        `${JSON.stringify([call(1, "echo")])}\r\n`,
        '"x"\n',
      ),
    );
    await fc.assert(
      fc.asyncProperty(lines, async (line) => {
        await using ours = await talk({ era });
        await using theirs = await talk({ era, shortcut: false });
        const last = call("last", "echo", { say: "end" }, meta);
        for (const each of [ours, theirs]) {
          each.send(line, last);
          await each.answerTo("last");
          // What is refused without a wait of its own is refused by now; a call takes some turns.
          each.send(last);
          await expect.poll(() => each.said.filter((message) => message["id"] === "last").length).toBe(2);
        }
        expect(sorted(ours.said)).toEqual(sorted(theirs.said));
      }),
      { numRuns: 25 },
    );
  });
});

/** In an order that does not depend on who was faster. */
function sorted(messages: readonly Message[]): Message[] {
  const keyed = messages.map((message) => ({
    message,
    key: JSON.stringify([message["id"], message["error"]]),
  }));
  return keyed.toSorted((one, other) => (one.key < other.key ? -1 : 1)).map(({ message }) => message);
}

test("a call that is stopped at its deadline is answered, and one that is taken back in a queue is not", async () => {
  await using scope = new Scope();
  const limits = createLimits({ scope, deadlineMs: 50, concurrent: 1 });
  const stages = [withFailures(), withLimits(limits)];
  const fixture = createFixture({}, (endpoint) =>
    stages.reduceRight((inner, stage) => stage(inner), endpoint),
  );
  await using ours = await talk({ fixture });
  ours.send(call(2, "waits", {}), call(3, "waits", {}));
  ours.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 3 } });
  expect(await ours.answerTo(2)).toMatchObject({ result: { content: [{ text: "waited" }] } });
  ours.send(call(4, "echo", { say: "after" }));
  await ours.answerTo(4);
  expect(ours.said).toHaveLength(2);
  expect(ours.short()).toBe(3);
});

test("a client that shakes hands anew is known by its new name", async () => {
  await using ours = await talk();
  const clientInfo = { name: "other", version: "2" };
  ours.send(request("again", "initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo }));
  await ours.answerTo("again");
  ours.send(call(2, "echo", { say: "a" }));
  await ours.answerTo(2);
  expect(ours.fixture.calls.at(-1)?.caller.name).toBe("other");
});

test("a line that is too long ends the connection, as the SDK alone does", async () => {
  const ours = await talk();
  ours.stdin.write("x".repeat(11 * 1024 * 1024));
  expect(await ours.exited).toBe(0);
});

test("nothing is taken before the SDK took a call", async () => {
  await using ours = await talk();
  expect(ours.short()).toBe(0);
  ours.send(call(2, "echo", { say: "a" }));
  await ours.answerTo(2);
  expect(ours.short()).toBe(1);
});
