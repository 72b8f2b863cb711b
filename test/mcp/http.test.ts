import { createConnection } from "node:net";
import { request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { SSEClientTransport, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport as SseTransportV1 } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, test } from "vitest";
import { createClient, type Era } from "../support/connect.ts";
import { host, INITIALIZE, initialize, rpc, send, TOKEN, type Hosted, type Sent } from "./host.ts";

const AUTHORIZED = { requestInit: { headers: { authorization: `Bearer ${TOKEN}` } } };

function transportTo({ http }: Hosted, path = "/mcp/fixture"): StreamableHTTPClientTransport {
  return new StreamableHTTPClientTransport(new URL(http.url + path), AUTHORIZED);
}

describe.each<Era>(["legacy", "auto", "modern"])("a v2 client of the %s era over HTTP", (era) => {
  test("lists, calls, sees progress, and leaves nothing behind", async () => {
    await using hosted = await host();
    const client = createClient({ era });
    await client.connect(transportTo(hosted));
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain("echo");
    const seen: number[] = [];
    await client.callTool({ name: "steps" }, { onprogress: ({ progress }) => seen.push(progress) });
    expect(seen).toEqual([1, 2, 3]);
    expect(hosted.fixture.calls[0]?.caller).toMatchObject({ transport: "http", name: "test-client" });
    await client.close();
    await expect.poll(() => hosted.http.load().streams).toBe(0);
  });

  test("gets an answer of many megabytes whole", async () => {
    await using hosted = await host({ limits: { streamBytes: 100_000 } });
    const client = createClient({ era });
    await client.connect(transportTo(hosted));
    const { content } = await client.callTool({ name: "large", arguments: { size: 20_000_000 } });
    expect(JSON.stringify(content).length).toBeGreaterThan(20_000_000);
    await client.close();
  });

  test("is asked in the middle of a call", async () => {
    await using hosted = await host();
    const client = createClient({ era, elicit: () => "allow for this session" });
    await client.connect(transportTo(hosted));
    const answer = await client.callTool({ name: "asks", arguments: { say: "rm" } });
    expect(answer.content).toMatchObject([{ text: expect.stringContaining('"lifetime":"session"') }]);
    const [first, second] = hosted.fixture.calls;
    expect([second?.id, second?.caller.id]).toEqual([first?.id, first?.caller.id]);
    await client.close();
  });

  test("cancels a call, and the handler hears it", async () => {
    await using hosted = await host();
    const client = createClient({ era });
    await client.connect(transportTo(hosted));
    const abort = new AbortController();
    const calling = client.callTool({ name: "waits" }, { signal: abort.signal });
    await expect.poll(() => hosted.fixture.calls.length).toBe(1);
    abort.abort("enough");
    await expect(calling).rejects.toThrow(/enough|abort|cancel/iu);
    await expect.poll(() => hosted.fixture.aborted).toEqual(["waits"]);
    await client.close();
  });
});

test("a v1 client lists, calls, is asked and subscribes", async () => {
  await using hosted = await host();
  const client = new ClientV1({ name: "v1", version: "1" }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, () => ({
    action: "accept",
    content: { decision: "allow once" },
  }));
  const transport = new TransportV1(new URL(`${hosted.http.url}/mcp`), AUTHORIZED);
  await client.connect(transport);
  expect((await client.listTools()).tools).not.toEqual([]);
  const answer = await client.callTool({ name: "asks", arguments: { say: "rm" } });
  expect(answer.content).toMatchObject([{ text: expect.stringContaining('"lifetime":"once"') }]);
  await client.subscribeResource({ uri: "fix://a" });
  expect([...hosted.fixture.watched.keys()]).toEqual(["fix://a"]);
  await transport.terminateSession();
  await expect.poll(() => hosted.fixture.watched.size).toBe(0);
  expect(hosted.http.load().sessions).toBe(0);
  expect(hosted.ended).toEqual([hosted.fixture.calls[0]?.caller.id]);
  await client.close();
});

test("a stateless client listens to a resource for as long as its stream is open", async () => {
  await using hosted = await host();
  const client = createClient({ era: "modern" });
  await client.connect(transportTo(hosted));
  const updated: string[] = [];
  client.setNotificationHandler(
    "notifications/resources/updated",
    ({ params }) => void updated.push(params.uri),
  );
  const subscription = await client.listen({ resourceSubscriptions: ["fix://a", "fix://unwatchable"] });
  await expect.poll(() => hosted.fixture.watched.size).toBe(1);
  hosted.fixture.watched.get("fix://a")?.();
  await expect.poll(() => updated).toEqual(["fix://a"]);
  await subscription.close();
  await expect.poll(() => hosted.fixture.watched.size).toBe(0);
  await client.close();
});

describe("the gate", () => {
  const list: Sent = { body: rpc("tools/list") };
  test.each<[string, number, Sent]>([
    ["no token", 401, { ...list, headers: { authorization: undefined } }],
    ["a wrong token", 401, { ...list, headers: { authorization: "Bearer wrong" } }],
    ["a token of another scheme", 401, { ...list, headers: { authorization: `Basic ${TOKEN}` } }],
    ["a token with something after it", 401, { ...list, headers: { authorization: `Bearer ${TOKEN} x` } }],
    ["a foreign host name", 403, { ...list, headers: { host: "evil.example" } }],
    ["a host name that begins as ours", 403, { ...list, headers: { host: "127.0.0.1.evil.example" } }],
    ["a foreign origin", 403, { ...list, headers: { origin: "https://evil.example" } }],
    ["an opaque origin", 403, { ...list, headers: { origin: "null" } }],
    [
      "a foreign origin at /healthz",
      403,
      { method: "GET", path: "/healthz", headers: { origin: "http://a.b" } },
    ],
    ["an unknown path", 404, { ...list, path: "/mcp/nothing" }],
    ["a path outside", 404, { ...list, path: "/" }],
    ["the old transport, which is off", 404, { method: "GET", path: "/sse" }],
    ["a method that is not served", 405, { method: "PUT", body: "{}" }],
    ["another content type", 415, { body: "{}", headers: { "content-type": "text/plain" } }],
    ["malformed JSON", 400, { body: '{"jsonrpc":' }],
    ["bytes that are not UTF-8", 400, { body: Buffer.from([0x7b, 0xff, 0x7d]) }],
    ["an empty body", 400, { body: "" }],
    ["a request without a session", 400, list],
    ["a stream without a session", 400, { method: "GET" }],
    ["a session that is not there", 404, { ...list, headers: { "mcp-session-id": "nope" } }],
    ["a body that is too large", 413, { body: `"${"x".repeat(5_000_000)}"` }],
    [
      "a large body without a token",
      401,
      { body: "x".repeat(5_000_000), headers: { authorization: undefined } },
    ],
  ])("answers %s with %i", async (_, status, sent) => {
    await using hosted = await host();
    const got = await send(hosted, sent);
    expect(got.status).toBe(status);
    expect(JSON.parse(got.text)).toMatchObject({
      jsonrpc: "2.0",
      id: null,
      error: { message: expect.any(String) },
    });
    expect(got.headers["www-authenticate"] !== undefined).toBe(status === 401);
    expect(hosted.fixture.calls).toEqual([]);
  });

  test.each([
    ["null", "null"],
    ["a number", "5"],
    ["an empty batch", "[]"],
    ["a batch of nonsense", "[1,null,{}]"],
    ["an object without a method", "{}"],
    ["a handshake in a batch", `[${INITIALIZE}]`],
    ["arrays in arrays", "[".repeat(500_000) + "]".repeat(500_000)],
    ["objects in objects", '{"a":'.repeat(200_000) + "1" + "}".repeat(200_000)],
    ["a poisoned prototype", '{"jsonrpc":"2.0","id":1,"method":"tools/list","__proto__":{"params":1}}'],
    [
      "a stateless envelope of nonsense",
      rpc("tools/list", { _meta: { "io.modelcontextprotocol/protocolVersion": 5 } }),
    ],
    [
      "an unknown revision",
      rpc("tools/list", { _meta: { "io.modelcontextprotocol/protocolVersion": "2099-01-01" } }),
    ],
  ])("refuses %s, and lives on", async (_, body) => {
    await using hosted = await host();
    const { status } = await send(hosted, { body });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(hosted.http.load().sessions).toBe(0);
    expect(hosted.fixture.logged.filter((line) => line.startsWith("error"))).toEqual([]);
    await initialize(hosted);
  });

  test("tells malformed JSON by the protocol's own code", async () => {
    await using hosted = await host();
    expect((await send(hosted, { body: "{" })).text).toContain("-32700");
  });

  test("counts a chunked body too, and lets nobody send on for ever", async () => {
    await using hosted = await host({ limits: { bodyBytes: 1_000 } });
    const status = await new Promise((resolve, reject) => {
      const sent = httpRequest(
        {
          host: "127.0.0.1",
          port: hosted.http.port,
          method: "POST",
          path: "/mcp",
          headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
        },
        (got) => resolve(got.statusCode),
      );
      sent.on("error", reject);
      const writing = setInterval(() => sent.write("x".repeat(500)), 10);
      sent.on("close", () => clearInterval(writing));
    });
    expect(status).toBe(413);
    await expect.poll(() => hosted.http.load().streams, { timeout: 5_000 }).toBe(0);
  });

  test("says at /healthz that it lives, to anybody here, and nothing else", async () => {
    await using hosted = await host();
    const got = await send(hosted, {
      method: "GET",
      path: "/healthz",
      headers: { authorization: undefined },
    });
    expect([got.status, got.text]).toEqual([200, "ok\n"]);
  });

  test("knows the host names that it was given", async () => {
    await using hosted = await host({ allowedHosts: ["Agent.example:7800"] });
    const headers = { host: "agent.example:7800", origin: "https://agent.example" };
    expect((await send(hosted, { body: INITIALIZE, headers })).status).toBe(200);
  });

  test("does not listen for others without knowing its own name", async () => {
    await expect(host({ host: "0.0.0.0" })).rejects.toMatchObject({
      name: "StartupError",
      message: expect.stringContaining("--allowed-hosts"),
    });
  });

  test("refuses a host name that is none", async () => {
    await expect(host({ allowedHosts: ["http://agent.example/"] })).rejects.toThrow("is not a host name");
  });

  test("says which port is taken", async () => {
    await using hosted = await host();
    await expect(host({ port: hosted.http.port })).rejects.toThrow(`port ${hosted.http.port} is taken`);
  });
});

describe("a slow client", () => {
  test.each([
    ["headers", "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n"],
    [
      "a body",
      `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    ],
  ])("that never finishes %s is cut off", async (_, head) => {
    await using hosted = await host({ limits: { headersMs: 300, requestMs: 600 } });
    const socket = createConnection(hosted.http.port, "127.0.0.1");
    let got = "";
    socket.on("data", (chunk) => (got += String(chunk)));
    socket.on("error", () => {});
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.write(head);
    const drip = setInterval(() => socket.writable && socket.write("x"), 100);
    await closed;
    clearInterval(drip);
    expect(got).toContain("408");
    expect(hosted.fixture.logged.filter((line) => line.startsWith("error"))).toEqual([]);
  });

  test("that does not read its stream is cut off before much waits for it", async () => {
    await using hosted = await host({ limits: { streamBytes: 100_000 } });
    const session = await initialize(hosted);
    const headers = { "mcp-session-id": session };
    await send(hosted, { body: rpc("resources/subscribe", { uri: "fix://a" }), headers });
    const socket = createConnection(hosted.http.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.pause();
    socket.write(
      `GET /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${TOKEN}\r\nAccept: text/event-stream\r\nMcp-Session-Id: ${session}\r\n\r\n`,
    );
    await expect.poll(() => hosted.http.load().streams).toBe(1);
    let sent = 0;
    // The operating system's own buffers take some megabytes first.
    while (hosted.http.load().streams > 0 && sent < 500_000) {
      for (let count = 0; count < 1_000; count += 1) hosted.fixture.watched.get("fix://a")?.();
      sent += 1_000;
      await sleep(1);
    }
    expect(hosted.http.load().streams).toBe(0);
    expect(hosted.http.load().eventBytes).toBeLessThan(5_000_000);
    socket.destroy();
  });
});

describe("sessions", () => {
  test("belong to their path and to who opened them", async () => {
    const identities = new Map([
      ["Bearer a", "a"],
      ["Bearer b", "b"],
    ]);
    await using hosted = await host({ authenticate: (given = "") => identities.get(given) });
    const headers = { authorization: "Bearer a" };
    const got = await send(hosted, { path: "/mcp/fixture", body: INITIALIZE, headers });
    const session = String(got.headers["mcp-session-id"]);
    const ping: Sent = {
      path: "/mcp/fixture",
      body: rpc("ping"),
      headers: { ...headers, "mcp-session-id": session },
    };
    expect((await send(hosted, ping)).status).toBe(200);
    expect((await send(hosted, { ...ping, path: "/mcp/other" })).status).toBe(404);
    expect((await send(hosted, { ...ping, path: "/mcp" })).status).toBe(404);
    const other = { ...ping, headers: { ...ping.headers, authorization: "Bearer b" } };
    expect((await send(hosted, other)).status).toBe(404);
    expect(
      (await send(hosted, { path: "/mcp/fixture", headers: other.headers, method: "DELETE" })).status,
    ).toBe(404);
    expect((await send(hosted, ping)).status).toBe(200);
  });

  test("end with DELETE, once", async () => {
    await using hosted = await host();
    const headers = { "mcp-session-id": await initialize(hosted) };
    expect((await send(hosted, { method: "DELETE", headers })).status).toBe(200);
    expect((await send(hosted, { method: "DELETE", headers })).status).toBe(404);
    expect(hosted.http.load().sessions).toBe(0);
    expect(hosted.ended).toHaveLength(1);
  });

  test("are at most 1,000: one more, and the longest idle one gives way", async () => {
    await using hosted = await host();
    const first = await initialize(hosted);
    const second = await initialize(hosted);
    for (let batch = 0; batch < 998; batch += 50) {
      const size = Math.min(50, 998 - batch);
      await Promise.all(Array.from({ length: size }, () => initialize(hosted)));
    }
    expect(hosted.http.load().sessions).toBe(1_000);
    await send(hosted, { body: rpc("ping"), headers: { "mcp-session-id": first } });
    await initialize(hosted);
    expect(hosted.http.load().sessions).toBe(1_000);
    const status = async (id: string): Promise<number> =>
      (await send(hosted, { body: rpc("ping"), headers: { "mcp-session-id": id } })).status;
    expect(await Promise.all([status(first), status(second)])).toEqual([200, 404]);
    expect(hosted.http.load().eventBytes).toBeLessThan(2_000_000);
  });

  test("that all have an open stream give way to nobody", async () => {
    await using hosted = await host({ limits: { sessions: 1 } });
    const headers = { "mcp-session-id": await initialize(hosted) };
    const streaming = new AbortController();
    await fetch(`${hosted.http.url}/mcp`, {
      headers: { ...headers, authorization: `Bearer ${TOKEN}`, accept: "text/event-stream" },
      signal: streaming.signal,
    });
    const got = await send(hosted, { body: INITIALIZE });
    expect([got.status, got.headers["retry-after"]]).toEqual([503, "30"]);
    streaming.abort();
    await expect.poll(() => hosted.http.load().streams).toBe(0);
    expect((await send(hosted, { body: INITIALIZE })).status).toBe(200);
  });

  test("and callers without one end after the idle time", async () => {
    await using hosted = await host({ limits: { sessionIdleMs: 200 } });
    await initialize(hosted);
    const client = createClient({ era: "modern" });
    await client.connect(transportTo(hosted));
    await client.listTools();
    await client.close();
    await expect
      .poll(() => hosted.ended.toSorted(), { timeout: 5_000 })
      .toEqual(["token", expect.stringMatching(/^token\/[0-9a-f-]{36}$/u)]);
    expect(hosted.http.load().sessions).toBe(0);
  });

  test("do not begin with a handshake that is refused", async () => {
    await using hosted = await host();
    const bad = await send(hosted, { body: INITIALIZE, headers: { accept: "text/html" } });
    expect([bad.status, hosted.http.load().sessions]).toEqual([406, 0]);
  });
});

describe("a stream that breaks", () => {
  test("goes on after the last event that the client saw", async () => {
    await using hosted = await host();
    const session = await initialize(hosted);
    const headers = {
      authorization: `Bearer ${TOKEN}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      "mcp-protocol-version": "2025-11-25",
      "mcp-session-id": session,
    };
    const broken = new AbortController();
    const first = await fetch(`${hosted.http.url}/mcp`, {
      method: "POST",
      headers,
      body: rpc("tools/call", { name: "steps", _meta: { progressToken: 7 } }, 5),
      signal: broken.signal,
    });
    const reader = first.body?.pipeThrough(new TextDecoderStream()).getReader();
    const seen = String((await reader?.read())?.value);
    broken.abort();
    const last = /^id: (.+)$/mu.exec(seen)?.[1] ?? "none";
    // The call goes on meanwhile: an older client's broken stream does not cancel it.
    await sleep(600);
    const again = await send(hosted, { method: "GET", headers: { ...headers, "last-event-id": last } });
    expect(again.text).toContain('"progress":3');
    expect(again.text).toContain("stepped");
    const foreign = await send(hosted, {
      method: "GET",
      headers: { ...headers, "mcp-session-id": await initialize(hosted), "last-event-id": last },
    });
    expect(foreign.status).toBe(400);
  });

  test("because its client was killed leaves no stream, watch or call behind", async () => {
    await using hosted = await host();
    const before = hosted.http.load();
    for (let round = 0; round < 5; round += 1) {
      const client = createClient({ era: "modern" });
      await client.connect(transportTo(hosted));
      const killed = new AbortController();
      const waiting = client.callTool({ name: "waits" }, { signal: killed.signal }).catch(() => {});
      await client.listen({ resourceSubscriptions: ["fix://a"] });
      await expect.poll(() => hosted.fixture.calls.length).toBe(round + 1);
      await client.close();
      killed.abort();
      await waiting;
    }
    await expect.poll(() => hosted.fixture.aborted).toHaveLength(5);
    await expect.poll(() => hosted.fixture.watched.size).toBe(0);
    await expect.poll(() => hosted.http.load()).toEqual(before);
  });
});

test("clients killed in the middle of large answers leave no socket behind", async () => {
  await using hosted = await host();
  const sockets = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
  const session = await initialize(hosted);
  await expect.poll(() => hosted.http.load().streams).toBe(0);
  const before = sockets();
  const body = rpc("tools/call", { name: "large", arguments: { size: 20_000_000 } });
  for (let round = 0; round < 20; round += 1) {
    const socket = createConnection(hosted.http.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(
      `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${TOKEN}\r\nMcp-Session-Id: ${session}\r\n` +
        `Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await new Promise((resolve) => socket.once("data", resolve));
    socket.destroy();
  }
  await expect.poll(() => hosted.http.load().streams).toBe(0);
  await expect.poll(sockets).toBeLessThanOrEqual(before);
});

test("what is kept for resumption is bounded, however much a session was sent", async () => {
  await using hosted = await host();
  const headers = { "mcp-session-id": await initialize(hosted) };
  for (let id = 2; id < 12; id += 1) {
    const body = rpc("tools/call", { name: "large", arguments: { size: 1_000_000 } }, id);
    expect((await send(hosted, { body, headers })).status).toBe(200);
  }
  expect(hosted.http.load().eventBytes).toBeGreaterThan(2_000_000);
  expect(hosted.http.load().eventBytes).toBeLessThanOrEqual(4 * 1_024 * 1_024);
  await send(hosted, { method: "DELETE", headers });
  expect(hosted.http.load().eventBytes).toBe(0);
});

interface Stream extends AsyncDisposable {
  readonly type: string | null;
  /** What the first event says. */
  readonly endpoint: string;
  /** The next event, without the empty line after it. */
  next(): Promise<string>;
}

/** A bare event stream of HTTP+SSE, its first event read. */
async function openStream({ http }: Hosted): Promise<Stream> {
  const { headers, body } = await fetch(`${http.url}/sse`, AUTHORIZED.requestInit);
  if (body === null) throw new Error("no stream");
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  async function next(): Promise<string> {
    while (!text.includes("\n\n")) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`the stream ended after ${JSON.stringify(text)}`);
      text += value;
    }
    const [event = "", ...rest] = text.split("\n\n");
    text = rest.join("\n\n");
    return event;
  }
  const first = await next();
  const endpoint = /^event: endpoint\ndata: (.+)$/u.exec(first)?.[1] ?? first;
  return {
    type: headers.get("content-type"),
    endpoint,
    next,
    [Symbol.asyncDispose]: () => reader.cancel(),
  };
}

describe("HTTP+SSE, when it is asked for", () => {
  test("serves an old client, asks it, and forgets it when it goes", async () => {
    await using hosted = await host({ legacySse: true });
    const client = createClient({ era: "legacy", elicit: () => "always allow" });
    await client.connect(new SSEClientTransport(new URL(`${hosted.http.url}/sse/fixture`), AUTHORIZED));
    const answer = await client.callTool({ name: "asks", arguments: { say: "rm" } });
    expect(answer.content).toMatchObject([{ text: expect.stringContaining('"lifetime":"always"') }]);
    expect(hosted.http.load()).toMatchObject({ sessions: 1, streams: 1 });
    await client.subscribeResource({ uri: "fix://a" });
    await client.close();
    await expect.poll(() => hosted.http.load()).toMatchObject({ sessions: 0, streams: 0 });
    expect(hosted.fixture.watched.size).toBe(0);
  });

  test.each<[string, number, Sent]>([
    ["a post without a session", 404, { path: "/messages", body: rpc("ping") }],
    ["a stream without a token", 401, { method: "GET", path: "/sse", headers: { authorization: undefined } }],
    ["a post to the stream", 405, { path: "/sse", body: rpc("ping") }],
    ["a read of the messages", 405, { method: "GET", path: "/messages" }],
    [
      "a stream for another site",
      403,
      { method: "GET", path: "/sse", headers: { origin: "https://evil.example" } },
    ],
    ["a stream of nothing", 404, { method: "GET", path: "/sse/nothing" }],
  ])("answers %s with %i", async (_, status, sent) => {
    await using hosted = await host({ legacySse: true });
    expect((await send(hosted, sent)).status).toBe(status);
  });

  test("serves a v1 client at the mount named all", async () => {
    await using hosted = await host({ legacySse: true });
    const client = new ClientV1({ name: "v1", version: "1" });
    await client.connect(new SseTransportV1(new URL(`${hosted.http.url}/sse`), AUTHORIZED));
    const seen: number[] = [];
    const onprogress = ({ progress }: { progress: number }): void => void seen.push(progress);
    await client.callTool({ name: "steps" }, undefined, { onprogress });
    expect(seen).toEqual([1, 2, 3]);
    const waiting = client.callTool({ name: "waits" }).catch(() => "ended");
    await expect.poll(() => hosted.fixture.calls.length).toBe(2);
    await client.close();
    expect(await waiting).toBe("ended");
    await expect.poll(() => hosted.fixture.aborted).toEqual(["waits"]);
    await expect.poll(() => hosted.ended).toEqual([hosted.fixture.calls[0]?.caller.id]);
  });

  test("names the path for messages first, takes them with 202 and answers on the stream", async () => {
    await using hosted = await host({ legacySse: true });
    await using stream = await openStream(hosted);
    expect(stream.type).toBe("text/event-stream");
    expect(stream.endpoint).toMatch(/^\/messages\?sessionId=[0-9a-f-]{36}$/u);
    const got = await send(hosted, { path: stream.endpoint, body: rpc("ping", {}, 7) });
    expect([got.status, got.text]).toEqual([202, "Accepted"]);
    const [, json = ""] = (await stream.next()).split("event: message\ndata: ");
    expect(JSON.parse(json)).toEqual({ jsonrpc: "2.0", id: 7, result: {} });
  });

  test.each<[string, number, Partial<Sent>]>([
    ["no message", 400, { body: '{"hello":1}' }],
    ["a batch", 400, { body: `[${rpc("ping")}]` }],
    ["null", 400, { body: "null" }],
    ["another version of JSON-RPC", 400, { body: '{"jsonrpc":"1.0","id":1,"method":"ping"}' }],
    ["arrays in arrays", 400, { body: "[".repeat(500_000) + "]".repeat(500_000) }],
    ["malformed JSON", 400, { body: "{" }],
    ["another content type", 415, { body: rpc("ping"), headers: { "content-type": "text/plain" } }],
    ["a body that is too large", 413, { body: `"${"x".repeat(5_000_000)}"` }],
    ["a message without a token", 401, { body: rpc("ping"), headers: { authorization: undefined } }],
    ["a message for another host", 403, { body: rpc("ping"), headers: { host: "evil.example" } }],
  ])("answers a post of %s with %i, and the session lives on", async (_, status, sent) => {
    await using hosted = await host({ legacySse: true });
    await using stream = await openStream(hosted);
    const got = await send(hosted, { path: stream.endpoint, ...sent });
    expect(got.status).toBe(status);
    expect(JSON.parse(got.text)).toMatchObject({
      jsonrpc: "2.0",
      id: null,
      error: { code: expect.any(Number) },
    });
    expect((await send(hosted, { path: stream.endpoint, body: rpc("ping") })).status).toBe(202);
    expect(hosted.fixture.logged.filter((line) => line.startsWith("error"))).toEqual([]);
  });

  test("a session is good for who opened it only, and over when its stream is", async () => {
    const identities = new Map([
      [`Bearer ${TOKEN}`, "a"],
      ["Bearer b", "b"],
    ]);
    await using hosted = await host({ legacySse: true, authenticate: (given = "") => identities.get(given) });
    const stream = await openStream(hosted);
    const ping: Sent = { path: stream.endpoint, body: rpc("ping") };
    const streamable = { "mcp-session-id": stream.endpoint.split("=")[1] };
    expect((await send(hosted, { ...ping, headers: { authorization: "Bearer b" } })).status).toBe(404);
    expect((await send(hosted, { ...ping, path: "/mcp", headers: streamable })).status).toBe(404);
    const handshaken = await send(hosted, { body: INITIALIZE });
    const other = `/messages?sessionId=${String(handshaken.headers["mcp-session-id"])}`;
    expect((await send(hosted, { ...ping, path: other })).status).toBe(404);
    expect((await send(hosted, ping)).status).toBe(202);
    await stream[Symbol.asyncDispose]();
    await expect.poll(() => hosted.ended).toHaveLength(1);
    expect((await send(hosted, ping)).status).toBe(404);
  });

  test("refuses a stream when all sessions have one, and keeps an idle one", async () => {
    await using hosted = await host({ legacySse: true, limits: { sessions: 1, sessionIdleMs: 100 } });
    await using stream = await openStream(hosted);
    await sleep(400);
    const got = await send(hosted, { method: "GET", path: "/sse" });
    expect([got.status, got.headers["retry-after"]]).toEqual([503, "30"]);
    expect((await send(hosted, { path: stream.endpoint, body: rpc("ping") })).status).toBe(202);
    expect(hosted.http.load().sessions).toBe(1);
  });

  test("cuts off a client that does not read", async () => {
    await using hosted = await host({ legacySse: true, limits: { streamBytes: 100_000 } });
    const socket = createConnection(hosted.http.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(`GET /sse HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`);
    const head = String(await new Promise((resolve) => socket.once("data", resolve)));
    socket.pause();
    const path = /\/messages\?sessionId=\S+/u.exec(head)?.[0] ?? "none";
    const subscribing = rpc("resources/subscribe", { uri: "fix://a" });
    expect((await send(hosted, { path, body: subscribing })).status).toBe(202);
    await expect.poll(() => hosted.fixture.watched.size).toBe(1);
    let sent = 0;
    // The operating system's own buffers take some megabytes first.
    while (hosted.http.load().sessions > 0 && sent < 500_000) {
      for (let count = 0; count < 200; count += 1) hosted.fixture.watched.get("fix://a")?.();
      sent += 200;
      await sleep(1);
    }
    expect(hosted.http.load()).toMatchObject({ sessions: 0, streams: 0 });
    expect(hosted.fixture.watched.size).toBe(0);
    socket.destroy();
  });

  test("sends an answer of many megabytes whole", async () => {
    await using hosted = await host({ legacySse: true, limits: { streamBytes: 100_000 } });
    const client = createClient({ era: "legacy" });
    await client.connect(new SSEClientTransport(new URL(`${hosted.http.url}/sse`), AUTHORIZED));
    const { content } = await client.callTool({ name: "large", arguments: { size: 20_000_000 } });
    expect(JSON.stringify(content).length).toBeGreaterThan(20_000_000);
    await client.close();
  });
});

test("closing ends sessions, streams and calls, and leaves no handle", async () => {
  const hosted = await host({ legacySse: true });
  const session = await initialize(hosted);
  const legacy = createClient({ era: "legacy" });
  await legacy.connect(transportTo(hosted));
  const modern = createClient({ era: "modern" });
  await modern.connect(transportTo(hosted));
  await modern.listen({ resourceSubscriptions: ["fix://a"] });
  const stream = await openStream(hosted);
  const waiting = [
    legacy.callTool({ name: "waits" }).catch(() => "ended"),
    modern.callTool({ name: "waits" }).catch(() => "ended"),
  ];
  await expect.poll(() => hosted.fixture.calls.length).toBe(2);
  await hosted.http.close();
  await expect.poll(() => hosted.http.load()).toEqual({ sessions: 0, streams: 0, eventBytes: 0 });
  await expect.poll(() => hosted.fixture.aborted).toHaveLength(2);
  expect(hosted.ended).toContain(`token/${session}`);
  expect(hosted.ended).toContain(`token/${stream.endpoint.split("=")[1]}`);
  await legacy.close();
  await modern.close();
  await Promise.all(waiting);
});

test("two hosts in one process share nothing", async () => {
  await using first = await host();
  await using second = await host();
  const session = await initialize(first);
  const got = await send(second, { body: rpc("ping"), headers: { "mcp-session-id": session } });
  expect(got.status).toBe(404);
});
