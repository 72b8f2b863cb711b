import fc from "fast-check";
import { getNodeValue } from "jsonc-parser";
import { expect, test } from "vitest";
import { setMember } from "../../../shared/config/clients/edit-json.ts";
import { parseJsonTree } from "../../../shared/config/parse-json.ts";

const ENTRY = { command: "node", args: ["cli.js"] };
const PATH = ["mcpServers", "plumbline"] as const;

test("makes a file where there was none", () => {
  expect(setMember("", PATH, ENTRY)).toBe(
    `${JSON.stringify({ mcpServers: { plumbline: ENTRY } }, null, 2)}\n`,
  );
});

test("adds an entry and keeps comments, order, tabs, line endings and trailing commas", () => {
  const before = [
    "// my settings",
    "{",
    '\t"theme": "dark", // at night',
    '\t"mcpServers": {',
    '\t\t"other": { "command": "x" }, // keep me',
    "\t\t/* and me */",
    "\t},",
    '\t"font": 12,',
    "}",
    "",
  ].join("\r\n");
  const after = setMember(before, PATH, { command: "node" });
  expect(after).toBe(
    before.replace(
      "// keep me\r\n",
      '// keep me\r\n\t\t"plumbline": {\r\n\t\t\t"command": "node"\r\n\t\t},\r\n',
    ),
  );
});

test.each([
  ["{}", '{\n  "mcpServers": {\n    "plumbline": 1\n  }\n}'],
  ['{"a":1}', '{"a":1,\n  "mcpServers": {\n    "plumbline": 1\n  }\n}'],
  ['{\n    "a": 1 // why\n}', '{\n    "a": 1, // why\n    "mcpServers": {\n        "plumbline": 1\n    }\n}'],
  [
    '{\n  "mcpServers": {\n    // none yet\n  }\n}',
    '{\n  "mcpServers": {\n    // none yet\n    "plumbline": 1\n  }\n}',
  ],
  ['{"mcpServers": {"plumbline": {"old": 1}, "b": 2}}', '{"mcpServers": {"plumbline": 1, "b": 2}}'],
  ["{ }", '{\n  "mcpServers": {\n    "plumbline": 1\n  }\n}'],
  [
    '\uFEFF/*\n * mine\n */\n{\n    "mcpServers": {"b": 2 /* two, } */ }\n}',
    '\uFEFF/*\n * mine\n */\n{\n    "mcpServers": {"b": 2, /* two, } */\n        "plumbline": 1\n    }\n}',
  ],
  [
    '{\r\n\t"mcpServers": {\r\n\t\t"b": 2 // one\r\n\t\t, // two\r\n\t\t// three\r\n\t}\r\n}',
    '{\r\n\t"mcpServers": {\r\n\t\t"b": 2 // one\r\n\t\t, // two\r\n\t\t"plumbline": 1,\r\n\t\t// three\r\n\t}\r\n}',
  ],
])("edits %j", (before, after) => {
  expect(setMember(before, PATH, 1)).toBe(after);
});

test("an entry that is replaced takes the indentation of its line", () => {
  expect(setMember('{\n    "mcpServers": {\n        "plumbline": 0 // ours\n    }\n}', PATH, { a: 1 })).toBe(
    '{\n    "mcpServers": {\n        "plumbline": {\n            "a": 1\n        } // ours\n    }\n}',
  );
});

test("many comments after the last entry cost no more than reading them", () => {
  const notes = "/* a */ ".repeat(10_000);
  expect(setMember(`{"mcpServers": {"b": 2 ${notes}}}`, PATH, 1)).toContain(`"b": 2, ${notes.trimEnd()}\n`);
});

test("refuses what is no object", () => {
  expect(() => setMember('{"mcpServers": []}', PATH, 1)).toThrow("an object is expected");
  expect(() => setMember("[]", PATH, 1)).toThrow("an object is expected");
  expect(() => setMember('{"mcpServers": {}, "mcpServers": {}}', PATH, 1)).toThrow("this key is given twice");
  expect(() => setMember("{ nonsense", PATH, 1)).toThrow("expected a key in double quotes");
});

test("whatever the file, only the entry changes and every comment stays", () => {
  const key = fc.constantFrom("a", "mcpServers", "plumbline", "b c", 'q"uote', "__proto__");
  const tree = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom("1", '"text // no comment"', "null", "[1, {\n}]", '"}"'),
      tie("object"),
    ),
    object: fc
      .tuple(
        fc.uniqueArray(fc.tuple(key, tie("value")), { selector: ([name]) => name, maxLength: 3 }),
        fc.infiniteStream(fc.constantFrom("", " ", "\n  ", " // one, two }\n", " /* { */ ", "\n\n\t")),
        fc.boolean(),
      )
      .map(([members, blanks, trailing]) => {
        const blank = (): string => String(blanks.next().value);
        const items = members.map(
          ([name, value]) =>
            `${blank()}${JSON.stringify(name)}${blank()}:${blank()}${String(value)}${blank()}`,
        );
        return `{${items.join(",")}${trailing && items.length > 0 ? "," : ""}${blank()}}`;
      }),
  }));
  fc.assert(
    fc.property(tree.object, (object) => {
      const before = object;
      const old: unknown = getNodeValue(parseJsonTree(before));
      const section: unknown = Reflect.get(Object(old), "mcpServers");
      if (
        section !== undefined &&
        (typeof section !== "object" || section === null || Array.isArray(section))
      ) {
        expect(() => setMember(before, PATH, ENTRY)).toThrow("an object is expected");
        return;
      }
      const after = setMember(before, PATH, ENTRY);
      const wanted = structuredClone({
        ...Object(old),
        mcpServers: { ...Object(section), plumbline: ENTRY },
      });
      expect(getNodeValue(parseJsonTree(after))).toEqual(wanted);
      if (section === undefined || !Object.hasOwn(section, "plumbline")) {
        expect(comments(after)).toEqual(comments(before));
      }
      expect(setMember(after, PATH, ENTRY)).toBe(after);
    }),
    { numRuns: 500 },
  );
});

function comments(text: string): string[] {
  return (text.replaceAll(/"(?:\\.|[^"\\])*"/g, "").match(/\/\/[^\n]*|\/\*[^]*?\*\//g) ?? []).map((each) =>
    each.trim(),
  );
}
