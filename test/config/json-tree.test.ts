import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonProblem, parseJsonTree } from "../../shared/config/json-tree.ts";

function problem(text: string): { line: number; column: number; message: string } {
  try {
    parseJsonTree(text);
  } catch (error) {
    if (error instanceof JsonProblem)
      return { line: error.line, column: error.column, message: error.message };
    throw error;
  }
  throw new Error("was parsed");
}

test("reads whatever JSON.stringify writes", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(JSON.stringify(parseJsonTree(text).value)).toBe(JSON.stringify(JSON.parse(text)));
    }),
  );
});

test("refuses whatever JSON.parse refuses, and names a place inside the text", () => {
  const token = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    "1",
    "-",
    "true",
    "nul",
    " ",
    "\n",
    '"',
    "\\",
    "1.",
    "01",
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
      const text = tokens.join("");
      let valid = true;
      try {
        JSON.parse(text);
        // the one thing in which we are stricter
        fc.pre(!/"a".*"a".*:/.test(text));
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        valid = false;
      }
      if (valid) {
        expect(parseJsonTree(text).value).toEqual(JSON.parse(text));
      } else {
        const { line, column } = problem(text);
        expect(text.split("\n")[line - 1]?.length ?? -1).toBeGreaterThanOrEqual(column - 1);
      }
    }),
  );
});

test("says where a trailing comma, a comment, a repeated key or the early end is", () => {
  expect(problem('{\n  "a": 1,\n}')).toEqual({
    line: 2,
    column: 9,
    message: "a comma after the last item is not JSON",
  });
  expect(problem('{\n  // why\n  "a": 1}')).toEqual({ line: 2, column: 3, message: "comments are not JSON" });
  expect(problem('{"a": 1,\n "a": 2}')).toEqual({ line: 2, column: 2, message: "this key is given twice" });
  expect(problem('{"a": ')).toEqual({ line: 1, column: 7, message: "the file ends too early" });
  expect(problem("[".repeat(100))).toMatchObject({ line: 1, message: "nested deeper than 64 levels" });
});

test("reads comments and trailing commas where an editor allows them, with the places of members", () => {
  const text = '\uFEFF{ /* one */ "a": [1, 2,], // two\n "b": {"c": "\\u0041",},\n}';
  const tree = parseJsonTree(text, { comments: true });
  expect(tree.value).toEqual({ a: [1, 2], b: { c: "A" } });
  expect(tree.members.map(({ value }) => text.slice(value.start, value.end))).toEqual([
    "[1, 2,]",
    '{"c": "\\u0041",}',
  ]);
});

test("a key named __proto__ stays a key", () => {
  const { value } = parseJsonTree('{"__proto__": {"polluted": true}}');
  expect(JSON.stringify(value)).toBe(`{"__proto__":{"polluted":true}}`);
  expect("polluted" in {}).toBe(false);
});
