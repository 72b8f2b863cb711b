import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { isPublic } from "../../../hooks/run/find-addresses.ts";
import { runHttp, type AboutHttp } from "../../../hooks/run/run-http.ts";
import type { Handler } from "../../../hooks/handler.ts";
import type { HandlerRun } from "../../../hooks/outcome.ts";
import { Scope } from "../../../shared/scope.ts";
import { handler } from "./support.ts";

const MIB = 1024 * 1024;

interface Local extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly seen: { readonly request: IncomingMessage; readonly body: string }[];
}

/** A server on this machine that remembers who asked. */
async function local(answer: RequestListener): Promise<Local> {
  const scope = new Scope();
  const seen: Local["seen"] = [];
  const remember = async (request: IncomingMessage): Promise<void> => {
    seen.push({ request, body: await text(request) });
  };
  const server = createServer((request, response) => {
    void remember(request).then(() => answer(request, response));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  scope.defer(() => new Promise((resolve) => server.close(resolve)));
  scope.defer(() => server.closeAllConnections());
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, port, seen, [Symbol.asyncDispose]: () => scope.close() };
}

function call(given: Partial<Handler>, about: Partial<AboutHttp> = {}): Promise<HandlerRun> {
  const { signal } = new AbortController();
  const allowedUrls = given.url === undefined ? [] : [given.url];
  return runHttp(handler(given), {
    body: "{}",
    allowedUrls,
    allowedVariables: [],
    env: {},
    signal,
    ...about,
  });
}

test("posts the payload and gives status and body", async () => {
  await using server = await local((_, response) => response.writeHead(201).end("\uFEFF{}"));
  const body = JSON.stringify({ tool_name: "Wr\u00fcte", filler: "x".repeat(MIB) });
  const run = await call({ url: server.url }, { body });
  expect(run).toMatchObject({ end: "http", code: 201, stdout: "{}", stderr: "", cut: false });
  const [{ request, body: got } = {}] = server.seen;
  expect(got).toBe(body);
  expect(request?.method).toBe("POST");
  expect(request?.headers).toMatchObject({
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    host: `127.0.0.1:${server.port}`,
  });
});

describe("calls nobody", () => {
  test.each([
    ["without an entry", []],
    ["by an entry for another host", ["https://a.example/*"]],
    ["on this machine by a star", ["http://*"]],
    ["on this machine by a star for everything", ["*"]],
    ["on this machine by a star within the host", ["http://127.0.0.*:*/*"]],
  ])("%s", async (_, allowedUrls) => {
    await using server = await local((_, response) => response.end());
    expect(await call({ url: server.url }, { allowedUrls })).toMatchObject({
      end: "unstartable",
      stdout: "",
    });
    expect(server.seen).toEqual([]);
  });

  test.each([
    "http://localhost",
    "http://[::1]",
    "http://0",
    "http://2130706433",
    "http://[::ffff:127.0.0.1]",
  ])("on this machine under the name %s by a star", async (origin) => {
    await using server = await local((_, response) => response.end());
    const run = await call({ url: `${origin}:${server.port}/hook` }, { allowedUrls: ["http://*"] });
    expect(run.end).toBe("unstartable");
    expect(run.stderr).toMatch(/no public address|there is no address/u);
    expect(server.seen).toEqual([]);
  });

  test("with credentials in the address", async () => {
    await using server = await local((_, response) => response.end());
    const run = await call(
      { url: `http://me:secret@127.0.0.1:${server.port}/hook` },
      { allowedUrls: [server.url] },
    );
    expect(run.stderr).toBe("the handler's address holds credentials, which belong into a header");
    expect(server.seen).toEqual([]);
  });

  test("when the handler has no address", async () => {
    expect(await call({ type: "http" })).toMatchObject({ end: "unstartable" });
  });
});

test("calls this machine by a name that an entry spells", async () => {
  await using server = await local((_, response) => response.end("ok"));
  const url = `http://localhost:${server.port}/hook`;
  expect(await call({ url }, { allowedUrls: ["http://localhost:*/hook"] })).toMatchObject({
    code: 200,
    stdout: "ok",
  });
});

test("does not follow a redirect", async () => {
  await using inner = await local((_, response) => response.end("secret"));
  await using server = await local((_, response) =>
    response.writeHead(307, { location: inner.url }).end("moved"),
  );
  const run = await call({ url: server.url }, { allowedUrls: [server.url, inner.url] });
  expect(run).toMatchObject({ end: "http", code: 307, stdout: "moved" });
  expect(inner.seen).toEqual([]);
});

describe("an answer", () => {
  test("of any size is kept up to a mebibyte", async () => {
    await using server = await local((_, response) => response.end("x".repeat(5 * MIB)));
    const run = await call({ url: server.url });
    expect(run).toMatchObject({ end: "http", code: 200, cut: true });
    expect(run.stdout).toBe("x".repeat(MIB));
  });

  test.each([
    ["never comes", ""],
    ["never ends", "{"],
  ])("that %s ends with the handler's time", async (_, begin) => {
    await using server = await local((_, response) => {
      if (begin !== "") response.write(begin);
    });
    expect(await call({ url: server.url, timeoutMs: 200 })).toMatchObject({ end: "timeout" });
  });

  test("that breaks off is none", async () => {
    await using server = await local((_, response) => {
      response.writeHead(200, { "content-length": "100" }).write('{"decision":');
      setTimeout(() => response.destroy(), 50);
    });
    expect(await call({ url: server.url })).toMatchObject({ end: "unstartable", stdout: "" });
  });

  test("from nobody is told in our words", async () => {
    const closed = await local((_, response) => response.end());
    await closed[Symbol.asyncDispose]();
    const run = await call({ url: closed.url });
    expect(run).toMatchObject({ end: "unstartable", stderr: "there was no whole answer: ECONNREFUSED" });
  });

  test("is not waited for when the call ends", async () => {
    await using server = await local(() => undefined);
    const caller = new AbortController();
    setTimeout(() => caller.abort(new Error("taken back")), 100);
    await expect(call({ url: server.url }, { signal: caller.signal })).rejects.toThrow("taken back");
    await expect(call({ url: server.url }, { signal: caller.signal })).rejects.toThrow("taken back");
  });
});

describe("headers", () => {
  test("hold a variable only when handler and person both name it", async () => {
    await using server = await local((_, response) => response.end());
    const headers = {
      Authorization: "Bearer ${TOKEN}",
      "X-Both": "$TOKEN/$TOKEN_2",
      "X-Secret": "<$SECRET>",
      "X-Own": "<$PLUMBLINE_HTTP_TOKEN>",
      "X-Unset": "<$UNSET>",
      "X-Plain": "$5 $(id)",
    };
    const names = ["TOKEN", "TOKEN_2", "PLUMBLINE_HTTP_TOKEN", "UNSET"];
    const run = await call(
      { url: server.url, headers, allowedEnvVars: names },
      {
        allowedVariables: ["TOKEN", "PLUMBLINE_HTTP_TOKEN", "UNSET", "SECRET"],
        env: { TOKEN: "t1", TOKEN_2: "t2", SECRET: "s", PLUMBLINE_HTTP_TOKEN: "p" },
      },
    );
    expect(server.seen[0]?.request.headers).toMatchObject({
      authorization: "Bearer t1",
      "x-both": "t1/",
      "x-secret": "<>",
      "x-own": "<>",
      "x-unset": "<>",
      "x-plain": "$5 $(id)",
    });
    expect(run.stderr.split("\n")).toEqual([
      "$TOKEN_2 is not in hooks.variables",
      "$SECRET is not in the handler's allowedEnvVars",
      "$PLUMBLINE_HTTP_TOKEN is not in hooks.variables",
      "$UNSET is not set",
    ]);
  });

  test.each([
    ["a line break", { "X-A": "a\r\nX-B: b" }],
    ["a line break from a variable", { "X-A": "$BREAK" }],
    ["a name with a line break", { "X-A\r\nX-B": "b" }],
    ["another host", { Host: "inner.example" }],
    ["another length", { "content-length": "0" }],
    ["another framing", { "Transfer-Encoding": "chunked" }],
  ])("with %s are not sent", async (_, headers) => {
    await using server = await local((_, response) => response.end());
    const about = { allowedVariables: ["BREAK"], env: { BREAK: "a\r\nX-B: b" } };
    const run = await call({ url: server.url, headers, allowedEnvVars: ["BREAK"] }, about);
    expect(run).toMatchObject({ end: "unstartable", stdout: "" });
    expect(run.stderr).toMatch(/^(?:the header|a handler cannot set the header) [^\r\n]+$/u);
    expect(server.seen).toEqual([]);
  });
});

test.each([
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "127.0.0.1",
  "127.255.0.1",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.9.9",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::7f00:1",
  "fe80::1",
  "fe80::1%lo",
  "fec0::1",
  "fc00::1",
  "fd12::1",
  "ff02::1",
  "::ffff:10.0.0.1",
  "::ffff:a9fe:a9fe",
  "64:ff9b::7f00:1",
  "2002:7f00:1::",
  "2001:0:1::1",
  "2001:db8::1",
  "not an address",
  "",
])("%s is no public address", (address) => {
  expect(isPublic(address)).toBe(false);
});

test.each([
  "8.8.8.8",
  "172.15.0.1",
  "172.32.0.1",
  "100.128.0.1",
  "2606:4700::1111",
  "2a00:1450::1",
  "::ffff:8.8.8.8",
])("%s is a public address", (address) => {
  expect(isPublic(address)).toBe(true);
});
