import { describe, expect, test } from "vitest";
import search from "../../../servers/search/server.ts";
import { callable } from "../../support/call-tool.ts";
import { temporary } from "../../support/workspace.ts";

/** Path, text, and the lines of it that are notes. */
const FILES: readonly (readonly [string, string, readonly number[]])[] = [
  ["a.ts", 'const one = "// TODO: no note";\nconst two = `\n// TODO: none\n`; // TODO: a note\n', [4]],
  ["b.ts", "/*\n * FIXME: a note\n */\nconst tags = {\n  TODO: 5,\n};\ncount--; TODO(1);\n", [2]],
  ["b.tsx", "const view = <p>{/* TODO: a note */}{`# TODO: none`}</p>;\n", [1]],
  [
    "c.py",
    'def a():\n    """TODO: a note in a docstring"""\n    return "# TODO: none"  # TODO: a note\n',
    [2, 3],
  ],
  ["d.go", "package d\n\nconst t = `\n// TODO: none\n` // TODO: a note\n", [5]],
  ["e.rs", 'const A: &str = "// TODO: none";\n/// TODO: a note\nfn b() {}\n', [2]],
  ["f.sh", "cat <<END\n# TODO: none\nEND\n# TODO: a note\n", [4]],
  ["g.php", '<!-- TODO: a note -->\n<?php\n$a = "// TODO: none"; // TODO: a note\n', [1, 3]],
  ["h.c", '// TODO: a note\n/*\n   and a TODO in a block\n*/\nchar *s = "/* TODO: none */";\n', [1, 3]],
  ["i.sql", "-- TODO: a note\nSELECT '-- TODO: told by its line';\n", [1, 2]],
  ["j.md", "# TODO: in a heading\n\nTODO: in a text\n", [1, 3]],
];

describe("where the language can be parsed, only what is said in comments and docstrings is a note", () => {
  test.each(FILES)("%s", async (path, text, lines) => {
    await using ground = await temporary({ [path]: text });
    await using called = await callable(search, { roots: [ground.root] });
    const answer = (await called.texts("list_todos", {})).join("");
    expect([...answer.matchAll(/^ {2}(\d+) /gmu)].map(([, line]) => Number(line))).toEqual(lines);
  });
});

test("what would be too much to parse is read by its lines, and the answer says so", async () => {
  const text = `const a = "// TODO: in a string";\n${"let b = 1;\n".repeat(20_000)}`;
  await using ground = await temporary({ "a.ts": text });
  await using called = await callable(search, { roots: [ground.root] });
  expect((await called.texts("list_todos", {})).join("")).toMatch(
    /^\[1 note; 1 file read by lines: strings may be taken for comments\]\na\.ts\n {2}1 TODO/u,
  );
});
