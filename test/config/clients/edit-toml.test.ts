import { parse } from "smol-toml";
import fc from "fast-check";
import { expect, test } from "vitest";
import { setTable } from "../../../shared/config/clients/edit-toml.ts";
import { tomlStatements } from "../../../shared/config/clients/toml-statements.ts";

const PATH = ["mcp_servers", "plumbline"];
const FIELDS = { command: "node", args: ["a b", 'q"\\\u007f'] };
const TABLE = '[mcp_servers.plumbline]\ncommand = "node"\nargs = ["a b", "q\\"\\\\\\u007f"]';

test("appends the table to a file that has none", () => {
  expect(setTable("", PATH, FIELDS)).toBe(`${TABLE}\n`);
  expect(setTable('model = "x"', PATH, FIELDS)).toBe(`model = "x"\n\n${TABLE}\n`);
  expect(parse(setTable("", PATH, FIELDS))).toEqual({ mcp_servers: { plumbline: FIELDS } });
});

test("replaces our own table with its subtables where it stands, and nothing else", () => {
  const before = [
    'model = "x" # best',
    "[mcp_servers.other]",
    'command = "y"',
    '[ mcp_servers . "plumbline" ] # ours',
    'command = "old" # gone with it',
    "args = [",
    '  "[mcp_servers.fake]",',
    "]",
    "[mcp_servers.plumbline.env]",
    'A = """',
    "[mcp_servers.fake]",
    '"""',
    "",
    "# about profiles",
    "[profiles.a]",
    "x = 1",
    "",
  ];
  expect(setTable(before.join("\n"), PATH, FIELDS)).toBe(
    [...before.slice(0, 3), TABLE, "", ...before.slice(12)].join("\n"),
  );
});

test.each([
  'mcp_servers = { plumbline = { command = "x" } }',
  'mcp_servers.plumbline.command = "x"',
  '[mcp_servers]\nplumbline = { command = "x" }',
  "[[mcp_servers.plumbline]]\na = 1",
  'text = """never closed\n[a]',
  "just words",
  "[a\nb = 1",
])("refuses %j rather than guess", (text) => {
  expect(() => setTable(text, PATH, FIELDS)).toThrow(/another form|edited safely/);
});

test("on any sequence of statements the result is TOML with the same other keys", () => {
  const key = fc.constantFrom(
    "a = 1",
    'b = "[x]" # [y]',
    "c = [1, # ]\n 2]",
    "d = '''\n[q]\n'''",
    "e = {f = '}'}",
    "# [note]",
    "",
  );
  const table = fc.constantFrom(
    "[t]",
    "[mcp_servers.other]",
    "[mcp_servers.plumbline]",
    '["mcp_servers".plumbline.env]',
    "[t.u]",
  );
  const block = fc.tuple(table, fc.uniqueArray(key, { maxLength: 4 }));
  fc.assert(
    fc.property(fc.uniqueArray(block, { selector: ([head]) => head }), fc.uniqueArray(key), (blocks, top) => {
      const before = [...top, ...blocks.flatMap(([head, keys]) => [head, ...keys]), ""].join("\n");
      const after = setTable(before, PATH, FIELDS);
      const wanted = JSON.parse(JSON.stringify(parse(before)));
      wanted.mcp_servers = { ...wanted.mcp_servers, plumbline: FIELDS };
      expect(JSON.parse(JSON.stringify(parse(after)))).toEqual(wanted);
      expect(setTable(after, PATH, FIELDS)).toBe(after);
      expect(tomlStatements(after)).toBeDefined();
    }),
    { numRuns: 300 },
  );
});
