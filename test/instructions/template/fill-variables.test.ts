import fc from "fast-check";
import { expect, test } from "vitest";
import { fillVariables } from "../../../instructions/template/fill-variables.ts";

const variables = {
  project_name: "plumb",
  date: "2026-11-21",
  tags: ["a", "b"],
  trick: "{{ date }} {{ nope }} $& $1",
};

test.each([
  ["a name", "{{ project_name }}", "plumb"],
  ["without and with odd spaces", "{{project_name}} {{\t project_name\t}}", "plumb plumb"],
  ["several on a line", "{{date}}{{ date }}", "2026-11-212026-11-21"],
  ["a list with commas", "{{ tags }}", "a, b"],
  [
    "in code regions",
    "`{{ date }}`\n```sh\necho {{ date }}\n```",
    "`2026-11-21`\n```sh\necho 2026-11-21\n```",
  ],
  [
    "beside CRLF and other scripts",
    "días {{ date }}\r\n日本 {{ date }} 🙂",
    "días 2026-11-21\r\n日本 2026-11-21 🙂",
  ],
])("fills in %s", (_, text, expected) => {
  expect(fillVariables(text, variables)).toEqual({ text: expected, problems: [] });
});

test("a value is never a template, and its dollars mean nothing", () => {
  expect(fillVariables("<{{ trick }}>", variables)).toEqual({ text: `<${variables.trick}>`, problems: [] });
  expect(fillVariables("{{ p }}project_name }}", { ...variables, p: "{{ " }).text).toBe("{{ project_name }}");
});

test.each([
  "<p>{{ user.name }}</p>",
  "{{ project_name | upper }}",
  "{% for x in date %}{{ x.date }}{% endfor %}",
  "<Box style={{ color: 'red' }} />",
  "<Box {...{{}}} />",
  "{{{ project_name }}}",
  "${{ date }}",
  "${{ github.ref }}",
  "{{ 'project_name' }}",
  "{{ project_name",
  "{{\nproject_name\n}}",
  "{ { date } }",
  "{{ días }}",
  "{{ date-x }}",
  `{{ ${"d".repeat(65)} }}`,
])("another language's braces stay: %s", (text) => {
  expect(fillVariables(text, variables)).toEqual({ text, problems: [] });
});

test("an unknown name stays, and is reported once with its first line", () => {
  const text = "{{ date }}\n{{ nope }} {{ constructor }}\n{{ nope }} {{ __proto__ }} {{ toString }}";
  expect(fillVariables(text, variables)).toEqual({
    text: text.replace("{{ date }}", "2026-11-21"),
    problems: [
      { message: "there is no variable `nope`; its place stays as it is written", line: 2 },
      { message: "there is no variable `constructor`; its place stays as it is written", line: 2 },
      { message: "there is no variable `__proto__`; its place stays as it is written", line: 3 },
      { message: "there is no variable `toString`; its place stays as it is written", line: 3 },
    ],
  });
});

test("at most twenty unknown names are reported", () => {
  const text = Array.from({ length: 5_000 }, (_, at) => `{{ n${at} }}`).join("\n");
  expect(fillVariables(text, variables).problems).toHaveLength(20);
});

test("a variable may have the name of something that every object has", () => {
  const odd = Object.fromEntries([
    ["__proto__", "own"],
    ["constructor", "too"],
  ]);
  expect(fillVariables("{{ __proto__ }} {{ constructor }}", odd).text).toBe("own too");
});

test("a text that would grow beyond all measure stays as it is written", () => {
  const text = "{{ v }}".repeat(100_000);
  expect(fillVariables(text, { v: "x".repeat(1_000_000) })).toEqual({
    text,
    problems: [{ message: "it becomes longer than 256 KiB; the text stays as it is written" }],
  });
});

test("hostile text of 1 MiB takes no longer than other text", () => {
  const texts = ["{{ ", "{", "{{ a", `{{${" ".repeat(500)}`, "{{ date }} ", "}}{{", `{{ ${"a".repeat(63)} `];
  for (const part of texts) {
    const text = part.repeat(2 ** 20 / part.length);
    const startedAt = performance.now();
    fillVariables(text, variables);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  }
});

test("any text without a known name stays as it is, and any other changes at its names only", () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom("{{", "}}", "{{ date }}", "{{x}}", "$", "{", " ", "\r\n"),
  );
  fc.assert(
    fc.property(fc.array(piece), (parts) => {
      const text = parts.join("");
      expect(fillVariables(text, {}).text).toBe(text);
      const filled = fillVariables(text, { date: "\u0000" }).text;
      if (!text.includes("\u0000"))
        expect(filled.split("\u0000").length).toBeLessThanOrEqual(text.split("date").length);
    }),
  );
});
