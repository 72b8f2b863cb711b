import fc from "fast-check";
import { expect, test } from "vitest";
import { isPromptName, parsePrompt } from "../../../instructions/prompts/parse-prompt.ts";

const piece = fc.oneof(
  fc.constantFrom(
    "---\n",
    "title: ",
    "arguments:\n",
    "  - name: a\n",
    "  - a\n",
    "tags: [",
    "]",
    "{{ a }}",
    "{{a",
    "\n",
    "\r\n",
  ),
  fc.constantFrom(
    "&a ",
    "*a",
    "!!js/function ",
    "<<: *a\n",
    "? ",
    "- - - ",
    "|2-\n",
    '"',
    "'",
    ": ",
    "# ",
    "\t",
    "%YAML 9\n",
    "...\n",
  ),
  fc.string({ unit: "binary", maxLength: 12 }),
);

test("whatever a file holds, it is a prompt or there is a reason, and nothing is thrown", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.boolean(), (pieces, fenced) => {
      const text = pieces.join("");
      const { prompt, problems } = parsePrompt("any", fenced ? `---\n${text}\n---\nBody` : text);
      if (prompt === undefined) expect(problems).not.toEqual([]);
      for (const { line } of problems)
        if (line !== undefined) expect(line).toBeLessThanOrEqual(text.split(/\r\n?|\n/u).length + 4);
      const names = (prompt?.arguments ?? []).map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const shown of [prompt?.title ?? "", prompt?.description ?? "", ...names])
        expect(shown).not.toMatch(/\n/u);
    }),
  );
});

test("what is written with care comes back as it was written", () => {
  const words = fc.stringMatching(/^[a-z][a-z :#'"-]{0,30}[a-z]$/u);
  const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/u);
  const argument = fc.record({ name, description: words, default: words });
  const distinct = fc.uniqueArray(argument, { selector: (each) => each.name, maxLength: 5 });
  fc.assert(
    fc.property(words, distinct, (title, given) => {
      const fields = given.map(
        (each) =>
          `  - name: ${JSON.stringify(each.name)}\n    description: ${JSON.stringify(each.description)}\n    default: ${JSON.stringify(each.default)}\n`,
      );
      const list = given.length === 0 ? "" : `arguments:\n${fields.join("")}`;
      const { prompt, problems } = parsePrompt(
        "any",
        `---\ntitle: ${JSON.stringify(title)}\n${list}---\nBody`,
      );
      expect(problems).toEqual([]);
      expect(prompt).toMatchObject({ title, arguments: given });
    }),
  );
});

test("sentences without quotes are understood, too", () => {
  const words = fc.stringMatching(/^[a-z][a-z :,()-]{0,30}[a-z]$/u);
  fc.assert(
    fc.property(words, words, (title, description) => {
      const { prompt, problems } = parsePrompt(
        "any",
        `---\ntitle: ${title}\ndescription: ${description}\n---\nBody`,
      );
      expect(problems).toEqual([]);
      expect(prompt).toMatchObject({ title, description });
    }),
  );
});

test.each([
  ["review-change", true],
  ["a", true],
  ["v2", true],
  ["", false],
  ["-a", false],
  ["a-", false],
  ["a--b", false],
  ["Review", false],
  ["a_b", false],
  ["a.b", false],
  ["../a", false],
  ["x".repeat(65), false],
])("%j as a name: %s", (name, good) => {
  expect(isPromptName(name)).toBe(good);
});
