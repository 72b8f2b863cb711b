import { expect, test } from "vitest";
import { below, project } from "./graph/project.ts";

const RETRY = `/** Sends a failed request again, each time after a longer pause. */
export function retryRequest(request: Request): Response {
  for (let tries = 0; tries < 5; tries++) {
    const response = send(request);
    if (response.ok) return response;
    backoff(tries);
  }
  throw new Error("gave up");
}
`;
const SOCKET = `export class Socket {
  /** Hangs up. */
  close(): void {
    this.handle.end();
  }
}
`;
const FILES = {
  "src/retry.ts": RETRY,
  "src/socket.ts": SOCKET,
  "test/retry.test.ts": 'test("a failed request is sent again", () => {\n  retryRequest(failing);\n});\n',
};

function places(answer: string): string[] {
  return below(answer).filter((line) => /^\S+:\d+/u.test(line));
}

test("a question in plain words finds the function, shown whole below its place", async () => {
  await using place = await project(FILES);
  const answer = await place.ask("search_code", { query: "send a failed request again" });
  const [header, , title, ...text] = answer.split("\n");
  expect(header).toMatch(/^\[\d results, best first; 3 files indexed/u);
  expect(title).toBe("src/retry.ts:1-9 retryRequest");
  expect(text.join("\n")).toContain('throw new Error("gave up");\n}');
});

test("a name finds its definition, with what it lies in", async () => {
  await using place = await project(FILES);
  const answer = await place.ask("search_code", { query: "Socket.close" });
  expect(places(answer)[0]).toContain("src/socket.ts");
  expect(answer).toContain("Socket");
});

test("paths, roles and languages narrow it", async () => {
  await using place = await project(FILES);
  const files = async (more: object): Promise<string[]> =>
    places(await place.ask("search_code", { query: "failed request", ...more })).map(
      (line) => line.split(":")[0] ?? "",
    );
  expect(await files({ paths: ["test"] })).toEqual(["test/retry.test.ts"]);
  expect(await files({ paths: ["src/retry.ts"] })).toEqual(["src/retry.ts"]);
  expect(await files({ kinds: ["test"] })).toEqual(["test/retry.test.ts"]);
  expect(await files({ languages: ["TypeScript"], kinds: ["code"] })).toEqual(["src/retry.ts"]);
  expect(await place.failure("search_code", { query: "failed request", languages: ["rust"] })).toContain(
    "In the index: typescript",
  );
});

test("what changed just now is found and shown as it is", async () => {
  await using place = await project(FILES);
  await place.ask("search_code", { query: "failed request" });
  await place.write("src/retry.ts", `// one more line\n${RETRY.replace("gave up", "too often")}`);
  const answer = await place.ask("search_code", { query: "send a failed request again" });
  expect(answer).toContain("too often");
  expect(answer).not.toContain("gave up");
});

test("a small budget shows less of each result, and then only places", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 6 }, (_, index) => [
      `src/retry${index}.ts`,
      RETRY.replace("retryRequest", `retryRequest${index}`),
    ]),
  );
  await using place = await project(files);
  const whole = await place.ask("search_code", { query: "failed request again" });
  const some = await place.ask("search_code", { query: "failed request again", budget: 1_600 });
  const least = await place.ask("search_code", { query: "failed request again", budget: 900 });
  expect(places(whole)).toHaveLength(6);
  expect(places(some)).toHaveLength(6);
  expect(some.length).toBeLessThanOrEqual(1_600);
  expect(least.length).toBeLessThanOrEqual(900);
  expect(least).toContain("src/retry");
});

test("a cursor goes on behind the page", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 5 }, (_, index) => [
      `src/retry${index}.ts`,
      RETRY.replace("retryRequest", `retryRequest${index}`),
    ]),
  );
  await using place = await project(files);
  const first = await place.ask("search_code", { query: "failed request again", limit: 3 });
  const cursor = /cursor (\S+?)[\];]/u.exec(first)?.[1];
  const second = await place.ask("search_code", { query: "failed request again", limit: 3, cursor });
  expect(second).toMatch(/^\[results 4-5/u);
  expect(new Set([...places(first), ...places(second)]).size).toBe(5);
});

test("results that hold little say so and name an exact search; none says what was looked through", async () => {
  await using place = await project(FILES);
  const weak = await place.ask("search_code", { query: "zebra giraffe walrus penguin request" });
  expect(weak).toMatch(/^\[[^\]]*weak[^\]]*search_text/u);
  const none = await place.ask("search_code", { query: "zebra" });
  expect(none).toMatch(/^\[no result; 3 files indexed.*search_text zebra finds exact words/u);
});
