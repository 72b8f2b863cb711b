import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AuditLog } from "../../shared/audit/audit-log.ts";
import { withAudit } from "../../shared/audit/stage.ts";
import type { Answer, Call, Endpoint } from "../../shared/call.ts";
import { ToolError } from "../../shared/errors.ts";
import { Scope } from "../../shared/scope.ts";
import { callOf, endpointOf, linesOf, scratch, textAnswer } from "./support.ts";

async function open() {
  const state = await scratch();
  const scope = new Scope();
  const logged: string[] = [];
  const log = AuditLog.open({
    stateFolder: state.path,
    project: "p",
    scope,
    log: (level, message) => logged.push(`${level}: ${message}`),
  });
  return {
    state: state.path,
    log,
    logged,
    wrap: (body: Endpoint["call"]): Endpoint => withAudit(log)(endpointOf(body)),
    async lines() {
      await log.flush();
      return await linesOf(state.path);
    },
    async [Symbol.asyncDispose]() {
      await scope.close();
      await state[Symbol.asyncDispose]();
    },
  };
}

test("a finished call leaves one line with everything that was known", async () => {
  await using audit = await open();
  const call = callOf({ parent: "call-0" });
  call.record.because = "default for tier 0";
  const answer = textAnswer("12345");
  expect(await audit.wrap(async () => answer).call({ path: "a.txt", token: "t0p" }, call)).toBe(answer);
  expect(await audit.lines()).toEqual([
    {
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/u),
      id: "call-1",
      parent: "call-0",
      trace: "trace-1",
      caller: { id: "caller", name: "client", version: "1.2", transport: "stdio" },
      tool: "fixture.do_it",
      effect: "read",
      reach: "local",
      tier: 0,
      touched: { paths: ["a.txt"] },
      input: { path: "a.txt", token: "[redacted]" },
      decision: "allowed",
      because: "default for tier 0",
      outcome: "ok",
      ms: expect.any(Number),
      chars: 5,
    },
  ]);
});

test("failures are recorded with their code and thrown on", async () => {
  await using audit = await open();
  const gone = new AbortController();
  const failures: [unknown, Partial<Call>][] = [
    [new ToolError("denied", "no"), {}],
    [new ToolError("invalid_input", "unknown argument"), {}],
    [new TypeError("ours"), {}],
    [new DOMException("aborted", "AbortError"), { signal: gone.signal }],
    ["a string", {}],
  ];
  gone.abort();
  for (const [error, extra] of failures) {
    const failing = audit.wrap(async () => {
      throw error;
    });
    await expect(failing.call({}, callOf(extra))).rejects.toBe(error);
  }
  expect((await audit.lines()).map(({ outcome, chars }) => [outcome, chars])).toEqual([
    ["denied", 0],
    ["invalid_input", 0],
    ["internal", 0],
    ["cancelled", 0],
    ["internal", 0],
  ]);
});

test("an answer that is an error is recorded as one", async () => {
  await using audit = await open();
  const answer: Answer = { kind: "answer", parts: [], error: "not_found" };
  await audit.wrap(async () => answer).call({}, callOf());
  expect((await audit.lines())[0]).toMatchObject({ outcome: "not_found" });
});

test("a question and its answered run share an id, and only the second is final", async () => {
  await using audit = await open();
  const sealed = {
    id: "call-1",
    trace: "trace-1",
    caller: "caller",
    tool: "fixture.do_it",
    hash: "",
    input: {},
    hooks: { decision: "none" as const },
    places: [],
  };
  const asks = audit.wrap(async (_, call) => {
    call.record.decision = call.resumed === undefined ? "asked" : "granted";
    return call.resumed === undefined
      ? { kind: "question", sealed, question: { message: "?", lifetimes: ["once"] } }
      : textAnswer("done");
  });
  await asks.call({}, callOf());
  await asks.call({}, callOf({ resumed: { sealed, reply: { kind: "yes", lifetime: "once" } } }));
  expect((await audit.lines()).map(({ id, outcome, decision }) => [id, outcome, decision])).toEqual([
    ["call-1", "asked", "asked"],
    ["call-1", "ok", "granted"],
  ]);
});

test("a call that changed something is on disk before its answer, even when it failed", async () => {
  await using audit = await open();
  const writes = audit.wrap(async (input, call) => {
    call.record.changed = true;
    if (input === "fail") throw new ToolError("external", "half done");
    return textAnswer("written");
  });
  await writes.call({}, callOf());
  expect(await linesOf(audit.state)).toHaveLength(1);
  await expect(writes.call("fail", callOf())).rejects.toThrow("half done");
  expect(await linesOf(audit.state)).toHaveLength(2);
});

test("an audit that cannot be written never costs an answer, and says so for a change", async () => {
  await using audit = await open();
  await writeFile(join(audit.state, "audit"), "");
  const reads = audit.wrap(async () => textAnswer("read"));
  const writes = audit.wrap(async (_, call) => {
    call.record.changed = true;
    return textAnswer("written");
  });
  expect(await reads.call({}, callOf())).toEqual(textAnswer("read"));
  expect(await writes.call({}, callOf({ id: "w" }))).toEqual(textAnswer("written"));
  expect(audit.logged).toEqual([
    expect.stringMatching(/^warn: audit cannot be written, 2 lines lost: ENOTDIR/u),
    "warn: not audited: call w of fixture.do_it, which changed something",
  ]);
});

test("secrets in paths, programs, reasons and client names are masked", async () => {
  await using audit = await open();
  const token = `ghp_${"a1".repeat(18)}`;
  const call = callOf({ caller: { id: "c", transport: "http", name: `evil ${token}`, canAsk: false } });
  call.record.touches = { paths: [`notes/${token}`], argv: ["deploy", "--password", "hunter2", token] };
  call.record.because = `rule for ${token}`;
  await audit.wrap(async () => textAnswer("")).call({ content: token, list: [token] }, call);
  const [line] = await audit.lines();
  expect(JSON.stringify(line)).not.toMatch(/a1a1|hunter2/u);
  expect(line?.touched.argv).toEqual(["deploy", "--password", "[redacted]", "[redacted]"]);
});
