import fc from "fast-check";
import { getNodeValue } from "jsonc-parser";
import { expect, test } from "vitest";
import { JsonProblem, parseJson, parseJsonTree } from "../../shared/config/parse-json.ts";

function problem(text: string): { line: number; column: number; message: string } {
  try {
    parseJson(text);
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
      expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)));
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
    "1e",
    "\\u00",
    "\\x",
    "\t",
    "\f",
    "\u00a0",
    "\u2028",
    "//",
    "/*",
    "*/",
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
        expect(parseJson(text)).toEqual(JSON.parse(text));
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
  expect(problem("[".repeat(200_000))).toMatchObject({ line: 1, message: "nested deeper than 64 levels" });
});

test.each([
  ["{readOnly: true}", 2, "expected a key in double quotes"],
  ['{"a": {,}}', 8, "expected a key in double quotes"],
  ['{"a": yes}', 7, "expected a value"],
  ['{"a" = 1}', 6, 'expected ":"'],
  ["[1 ; 2]", 4, 'expected "," or "]"'],
  ['{"a": [1, ]}', 9, "a comma after the last item is not JSON"],
  ['{"a": 1, "b"}', 13, 'expected ":"'],
  ['{"a": 1 "b": 2}', 9, 'expected "," or "}"'],
  ["[1, }", 5, "expected a value"],
  ["[1} ", 3, 'expected "," or "]"'],
  ["nope", 1, "expected a value"],
  ["1 2", 3, "expected the end of the file"],
  ["[1.]", 2, "this number is not complete"],
  ['["a]', 2, "this string is not closed"],
  ['["\\x"]', 2, "this string holds an escape that JSON does not have"],
  ['["\\u12"]', 2, "this string holds an escape that JSON does not have"],
  ['["\t"]', 2, "this string holds a control character"],
])("of %j the error is at column %i: %s", (text, column, message) => {
  expect(problem(text)).toEqual({ line: 1, column, message });
});

test("where comments are allowed, a key given twice and an open comment are still errors", () => {
  expect(() => parseJsonTree('{"a": {"b": 1, /* c */ "b": 2}}')).toThrow("this key is given twice");
  expect(() => parseJsonTree("{} /* never")).toThrow("this comment is not closed");
  expect(() => parseJsonTree("[1,,]")).toThrow("expected a value");
});

test("reads comments and trailing commas where an editor allows them, with the places of members", () => {
  const text = '\uFEFF{ /* one */ "a": [1, 2,], // two\n "b": {"c": "\\u0041",},\n}';
  const tree = parseJsonTree(text);
  expect(getNodeValue(tree)).toEqual({ a: [1, 2], b: { c: "A" } });
  const values = tree.children?.map((member) => member.children?.at(-1)) ?? [];
  expect(values.map((node) => text.slice(node?.offset, (node?.offset ?? 0) + (node?.length ?? 0)))).toEqual([
    "[1, 2,]",
    '{"c": "\\u0041",}',
  ]);
});

test("a key named __proto__ stays a key", () => {
  const value = parseJson('{"__proto__": {"polluted": true}}');
  expect(JSON.stringify(value)).toBe(`{"__proto__":{"polluted":true}}`);
  expect("polluted" in {}).toBe(false);
});
