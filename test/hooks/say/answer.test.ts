import * as z from "zod";
import { describe, expect, test } from "vitest";
import type { Part } from "../../../shared/tool.ts";
import { replaceAnswer } from "../../../hooks/say/answer.ts";

const output = z.object({ path: z.string(), lines: z.int() });
const stays = (why: string) => ({ problem: `the new answer of a hook was not used: ${why}` });

describe("for a tool whose answer is text", () => {
  const blocks: Part[] = [
    { type: "text", text: "redacted" },
    { type: "image", data: "aGk=", mimeType: "image/png" },
    { type: "resource_link", uri: "file:///a", name: "a" },
    { type: "resource_link", uri: "file:///b", name: "b", mimeType: "text/plain" },
  ];

  test("a text is one part", () => {
    expect(replaceAnswer("redacted", {})).toEqual({ parts: [{ type: "text", text: "redacted" }] });
    expect(replaceAnswer("", {})).toEqual({ parts: [{ type: "text", text: "" }] });
  });

  test("content blocks are taken bare or as content, without what a part does not have", () => {
    expect(replaceAnswer(blocks, {})).toEqual({ parts: blocks });
    const more = blocks.map((block) => ({ ...block, annotations: { audience: [] }, _meta: {} }));
    expect(replaceAnswer({ content: more, isError: false }, {})).toEqual({ parts: blocks });
    expect(replaceAnswer([], {})).toEqual({ parts: [] });
  });

  test.each([[null], [5], [true], [{}], [{ filePath: "/a", success: true }], [{ content: "x" }]])(
    "%j is not an answer",
    (value) => {
      expect(replaceAnswer(value, {})).toEqual(stays("it must be a text or a list of content blocks"));
    },
  );

  test.each([
    [["text"]],
    [[{ type: "text" }]],
    [[{ type: "text", text: 5 }]],
    [[{ type: "audio", data: "", mimeType: "audio/wav" }]],
    [[{ type: "image", data: "not base64!", mimeType: "image/png" }]],
    [[...blocks, { type: "resource_link", uri: "file:///a" }]],
  ])("%j is refused as a whole", (value) => {
    const replaced = replaceAnswer(value, {});
    expect(replaced.problem).toMatch(
      /^the new answer of a hook was not used: its content blocks are wrong: \d/u,
    );
    expect(replaced).not.toHaveProperty("parts");
  });

  test("a mebibyte is the most, in one piece or in many", () => {
    const most = 1024 * 1024;
    const tooLong = stays(`it holds more than ${most} characters`);
    expect(replaceAnswer("x".repeat(most - 100), {}).problem).toBeUndefined();
    expect(replaceAnswer("x".repeat(most), {})).toEqual(tooLong);
    expect(replaceAnswer([{ type: "image", data: "aaaa".repeat(most / 4), mimeType: "" }], {})).toEqual(
      tooLong,
    );
    expect(
      replaceAnswer(
        Array.from({ length: 40_000 }, () => blocks[0]),
        {},
      ),
    ).toEqual(tooLong);
  });
});

describe("for a tool whose answer is an object", () => {
  const value = { path: "a", lines: 3 };
  const replaced = { parts: [{ type: "text", text: '{"path":"a","lines":3}' }], structured: value };

  test.each([[value], [JSON.stringify(value)], [{ content: [], structuredContent: value }]])(
    "%j passes its schema",
    (given) => {
      expect(replaceAnswer(given, { output })).toEqual(replaced);
    },
  );

  test("an object with a field named content is what it is", () => {
    const page = z.object({ content: z.array(z.string()) });
    expect(replaceAnswer({ content: ["x"] }, { output: page })).toMatchObject({
      structured: { content: ["x"] },
    });
  });

  test.each([
    ["redacted"],
    [null],
    [[value]],
    [{ path: "a" }],
    [{ path: "a", lines: 1.5 }],
    [{ content: [{ type: "text", text: "x" }] }],
  ])("%j does not, so the answer stays", (given) => {
    const { problem, ...rest } = replaceAnswer(given, { output });
    expect(problem).toMatch(
      /^the new answer of a hook was not used: the tool answers with an object of its own shape: /u,
    );
    expect(rest).toEqual({});
  });
});
