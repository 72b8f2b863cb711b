import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { ToolError } from "../../../shared/errors.ts";
import { isLocalEndpoint, openEndpoint } from "../../../shared/model/endpoint.ts";
import { jsonServer } from "../../support/json-server.ts";

const { signal } = new AbortController();

interface Heard {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: { readonly model: string; readonly input: readonly string[] };
}

type Reply = (heard: Heard) => { status?: number; headers?: Record<string, string>; body: unknown };

/** A real server which answers as it is told to, and what it was sent. */
async function endpoint(reply: Reply) {
  const heard: Heard[] = [];
  const server = await jsonServer<Heard["body"]>(({ url = "", headers: sent }, body, response) => {
    const said = { path: url, authorization: sent.authorization, body };
    heard.push(said);
    const { status = 200, headers = {}, body: answer } = reply(said);
    response.writeHead(status, headers).end(typeof answer === "string" ? answer : JSON.stringify(answer));
  });
  return { ...server, url: `${server.url}/v1/`, heard };
}

/** As many numbers as the text has letters, then a one; the last text first. */
const vectors: Reply = ({ body }) => ({
  body: { data: body.input.map((each, index) => ({ index, embedding: [each.length, 1, 0] })).toReversed() },
});

test("what stands behind the address is sent, and is no part of the model's name", async () => {
  await using served = await endpoint(vectors);
  const model = await openEndpoint({ url: `${served.url}?api-key=sk-secret`, model: "m" }, signal);
  expect(served.heard[0]?.path).toBe("/v1/embeddings?api-key=sk-secret");
  expect(model.id).toBe(`endpoint:${served.url}embeddings:m:3`);
});

test("asks in batches, with model and key, and puts the vectors into the order of the texts", async () => {
  await using served = await endpoint(vectors);
  const model = await openEndpoint({ url: served.url, model: "m", key: "k" }, signal);
  const texts = Array.from({ length: 70 }, (_, index) => ({
    text: "x".repeat(index),
    role: "code" as const,
  }));
  const found = await model.embed(texts, signal);
  expect(found).toHaveLength(70);
  expect([...(found[0] ?? [])]).toEqual([90, 90, 0]);
  expect([...(found[69] ?? [])]).toEqual([127, 2, 0]);
  expect(model.dimensions).toBe(3);
  expect(served.heard.map(({ body }) => body.input.length)).toEqual([1, 32, 32, 6]);
  expect(served.heard[1]).toMatchObject({
    path: "/v1/embeddings",
    authorization: "Bearer k",
    body: { model: "m" },
  });
});

describe("what is no good answer is an error that names the cause", () => {
  test.each<[string, Reply, string]>([
    ["a refusal", () => ({ status: 401, body: "no key" }), "external"],
    [
      "another address",
      () => ({ status: 302, headers: { location: "http://127.0.0.1:1/" }, body: "" }),
      "external",
    ],
    ["no JSON", () => ({ body: "<html>" }), "external"],
    ["too few vectors", () => ({ body: { data: [] } }), "external"],
    ["words instead of numbers", () => ({ body: { data: [{ embedding: ["a"] }] } }), "external"],
  ])("%s", async (_name, reply, code) => {
    await using served = await endpoint(reply);
    await expect(openEndpoint({ url: served.url, model: "m" }, signal)).rejects.toMatchObject({ code });
  });

  test("vectors of another length than before", async () => {
    let length = 2;
    await using served = await endpoint(() => ({ body: { data: [{ embedding: Array(length).fill(1) }] } }));
    const model = await openEndpoint({ url: served.url, model: "m" }, signal);
    length = 3;
    await expect(model.embed([{ text: "x", role: "query" }], signal)).rejects.toMatchObject({
      code: "external",
    });
  });

  test.each([
    ["repeated by the endpoint", "sk-secret"],
    ["that no header can have", "sk-secret\nx"],
    ["in other letters", "sk-secret-é"],
  ])("a key %s is in none", async (_what, key) => {
    await using served = await endpoint(({ authorization }) => ({
      status: 403,
      body: `not ${authorization}`,
    }));
    const error: unknown = await openEndpoint({ url: served.url, model: "m", key }, signal).catch(
      (failure: unknown) => failure,
    );
    expect(error).toBeInstanceOf(ToolError);
    expect(inspect(error, { depth: null })).not.toContain("sk-secret");
  });

  test("an answer without an end", async () => {
    await using served = await endpoint(() => ({ body: "x".repeat(65 * 1024 * 1024) }));
    await expect(openEndpoint({ url: served.url, model: "m" }, signal)).rejects.toMatchObject({
      code: "external",
    });
  });

  test("nobody there", async () => {
    await expect(openEndpoint({ url: "http://127.0.0.1:9/v1", model: "m" }, signal)).rejects.toMatchObject({
      code: "unavailable",
    });
  });

  test.each(["", "ftp://host/", "file:///etc/passwd", "http://user:pass@host/v1"])(
    "no web address: %s",
    async (url) => {
      await expect(openEndpoint({ url, model: "m" }, signal)).rejects.toMatchObject({
        code: "invalid_input",
      });
    },
  );
});

test.each([
  ["http://127.0.0.1:11434/v1", true],
  ["http://localhost/v1", true],
  ["http://[::1]:80/", true],
  ["http://127.0.0.1.example.com/", false],
  ["https://api.example.com/v1", false],
  ["", false],
])("%s is on this machine: %s", (url, local) => {
  expect(isLocalEndpoint(url)).toBe(local);
});
