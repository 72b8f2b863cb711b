import { readFile, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { FileParser } from "../../../servers/search/parse/parse-file.ts";
import type { ParsedFile } from "../../../servers/search/parse/shapes.ts";

const folder = new URL("samples/", import.meta.url);
const languages = (await readdir(folder))
  .filter((name) => name.endsWith(".txt"))
  .map((name) => name.slice(0, -".txt".length));
const parser = new FileParser();

/** All that is known of a file, to be read beside it. */
function listing({ cut, errors, definitions, references, imports, units }: ParsedFile): string {
  return [
    `${cut}, ${errors} errors`,
    ...definitions.flatMap((each, index) => [
      `${index} ${each.exported ? "+" : "-"} ${each.kind} ${[each.scope, each.name].filter(Boolean).join(" > ")}` +
        ` at ${each.docLine}/${each.startLine}-${each.endLine}, name ${each.nameLine}, in ${each.parent}`,
      `  ${each.signature}`,
      ...(each.doc === "" ? [] : [`  ${JSON.stringify(each.doc)}`]),
    ]),
    ...references.map(
      ({ line, kind, receiver, origin, name, within }) =>
        `${line}: ${kind} ${receiver === undefined ? "" : `${receiver}.`}${name} in ${within}` +
        (origin === undefined ? "" : `, of ${origin}`),
    ),
    ...imports.map(({ line, source, names }) => {
      const taken = names.map(({ name, alias }) => (alias === undefined ? name : `${name} as ${alias}`));
      return `${line}: import ${source}: ${taken.join(", ")}`;
    }),
    ...units.map(({ startLine, endLine, leaves }) => {
      const parts = leaves.map((leaf) => `${leaf.startLine}-${leaf.endLine}=${leaf.definition}`);
      return `unit ${startLine}-${endLine}: ${parts.join(" ")}`;
    }),
    "",
  ].join("\n");
}

describe("a sample of each language", () => {
  test.each(languages)("%s", async (language) => {
    const text = await readFile(new URL(`${language}.txt`, folder), "utf8");
    const expected = fileURLToPath(new URL(`${language}.expected`, folder));
    const parsed = await parser.parse({ language, text });
    await expect(listing(parsed)).toMatchFileSnapshot(expected);
    // a mark at the start and other ends of lines change nothing but what is quoted
    const windows = await parser.parse({ language, text: `\uFEFF${text.replaceAll("\n", "\r\n")}` });
    const places = ({ definitions, imports, references }: ParsedFile): unknown => [
      definitions.map(({ name, scope, docLine, startLine, endLine }) => [
        name,
        scope,
        docLine,
        startLine,
        endLine,
      ]),
      references,
      imports,
    ];
    expect(places(windows)).toEqual(places(parsed));
  });
});
