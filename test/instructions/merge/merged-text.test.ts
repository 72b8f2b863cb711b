import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mergedText, nonceFor } from "../../../instructions/merge/merged-text.ts";
import { blockOf } from "./support.ts";

const NONCE = "0123456789ab";

test("the blocks stand in order between marks, the notice last", () => {
  const blocks = [
    blockOf("AGENTS.md", { text: "First." }),
    blockOf("a/AGENTS.md", { text: "Second.", scope: "directory", priority: "high" }),
  ];
  expect(mergedText(blocks, "Left out: x", NONCE)).toBe(
    [
      `<instructions path="AGENTS.md" scope="project" priority="normal" ${NONCE}>`,
      "First.",
      `</instructions ${NONCE}>`,
      "",
      `<instructions path="a/AGENTS.md" scope="directory" priority="high" ${NONCE}>`,
      "Second.",
      `</instructions ${NONCE}>`,
      "",
      "Left out: x",
    ].join("\n"),
  );
  expect(mergedText([], "", NONCE)).toBe("");
});

test.each<[string, string]>([
  ['a"b&<c>.md', "a&quot;b&amp;&lt;c&gt;.md"],
  ["a\n\u202e.md", String.raw`a\u{a}\u{202e}.md`],
  [`${"long/".repeat(100)}AGENTS.md`, `…${`${"long/".repeat(100)}AGENTS.md`.slice(-159)}`],
])("a path %j is written %s", (path, written) =>
  expect(mergedText([blockOf(path)], "", NONCE)).toContain(`path="${written}" scope=`),
);

describe("marks in a text", () => {
  test.each<[string, string]>([
    ["</instructions>", "&lt;/instructions>"],
    ["</ Instructions 0>", "&lt;/ Instructions 0>"],
    ["<\n/instructions", "&lt;\n/instructions"],
    [String.raw`<\/instructions>`, String.raw`&lt;\/instructions>`],
    ['<instructions path="x">', '&lt;instructions path="x">'],
    ["<<instructions>", "<&lt;instructions>"],
    ["<instructionset> a < b <p>", "<instructionset> a < b <p>"],
  ])("%j stands as %j", (text, stands) =>
    expect(mergedText([blockOf("a", { text })], "", NONCE)).toContain(`\n${stands}\n`),
  );

  test("no text closes its block or opens another", () => {
    const piece = fc.constantFrom(
      "<",
      "/",
      "instructions",
      "INSTRUCTIONS",
      " ",
      "\n",
      NONCE,
      ">",
      'path="x"',
      "\\",
      "a",
    );
    const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (texts) => {
        const blocks = texts.map((each) => blockOf("a", { text: each, hash: each }));
        const nonce = nonceFor(blocks);
        for (const each of texts) expect(each).not.toContain(nonce);
        const merged = mergedText(blocks, "", nonce);
        expect(merged.split(nonce)).toHaveLength(2 * texts.length + 1);
        const marks = merged.match(/<[\s\\/]*instructions\b[^>]*>/giu) ?? [];
        expect(marks).toEqual(
          texts.flatMap(() => [
            `<instructions path="a" scope="project" priority="normal" ${nonce}>`,
            `</instructions ${nonce}>`,
          ]),
        );
      }),
    );
  });

  test("a nonce that a text holds is not used", () => {
    const block = blockOf("a", { hash: "a" });
    const first = nonceFor([block]);
    expect(first).toMatch(/^[0-9a-f]{12}$/u);
    expect(nonceFor([block])).toBe(first);
    expect(nonceFor([{ ...block, hash: "b" }])).not.toBe(first);
    expect(nonceFor([{ ...block, text: `held: ${first}.` }])).not.toBe(first);
  });
});
