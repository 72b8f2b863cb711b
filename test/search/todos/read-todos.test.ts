import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findTags, STANDARD_TAGS, toTodos, type Todo } from "../../../servers/search/todos/read-todos.ts";

/** By their lines alone. */
function readTodos(text: string, tags: readonly string[]): Todo[] {
  return toTodos(findTags(text, tags).filter(({ inComment }) => inComment));
}

describe("a note is one in a comment", () => {
  test.each([
    ["// TODO: mend this", "TODO", undefined, "mend this"],
    ["  x = 1  # FIXME(ann) off by one", "FIXME", "ann", "off by one"],
    ["/* HACK - see #12 */", "HACK", undefined, "see #12"],
    [" * XXX needs a lock", "XXX", undefined, "needs a lock"],
    ["<!-- TODO [web-3]: later -->", "TODO", "web-3", "later"],
    ["-- TODO", "TODO", undefined, ""],
    ["TODO: in a docstring", "TODO", undefined, "in a docstring"],
    ["    BUG(7): at the start of a line", "BUG", "7", "at the start of a line"],
    ["; TODO lisp", "TODO", undefined, "lisp"],
  ])("%s", (line, tag, owner, text) => {
    expect(readTodos(`\n${line}\n`, STANDARD_TAGS)).toEqual([
      { line: 2, tag, text, ...(owner === undefined ? {} : { owner }) },
    ]);
  });
});

describe("what only looks like one is none", () => {
  test.each([
    "const TODO = 1;",
    "// todo in small letters",
    "// TODOS and TODO_LIST",
    'tags = ["TODO", "FIXME"]',
    "call(TODO)",
    "// the flag `TODO` is set",
    `// ${"x".repeat(3_000)} TODO`,
  ])("%s", (line) => {
    expect(readTodos(line, STANDARD_TAGS)).toEqual([]);
  });
});

test("any text is read in time, and each note stands where it is said to", () => {
  const piece = fc.constantFrom(
    "// ",
    "TODO",
    ":",
    "(a)",
    "\n",
    " ",
    "#",
    "/*",
    "*/",
    "x",
    "\r",
    '"""',
    "FIXME ",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
      const text = pieces.join("");
      const lines = text.split("\n");
      for (const { line, tag, at } of findTags(text, STANDARD_TAGS)) {
        expect(lines[line - 1]).toContain(tag);
        expect(text.slice(at, at + tag.length)).toBe(tag);
      }
    }),
  );
});
