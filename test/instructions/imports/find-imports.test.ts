import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findImports } from "../../../instructions/imports/find-imports.ts";

/** `path@line` of each import. */
function paths(body: string): string[] {
  return findImports(body).map(({ path, line }) => `${path}@${line}`);
}

describe("an import is an @ with a path", () => {
  test.each<[string, string, string[]]>([
    ["alone", "@docs/a.md", ["docs/a.md@1"]],
    ["at the beginning of a line", "a\n@docs/a.md\n", ["docs/a.md@2"]],
    ["in a sentence", "See @docs/a.md for more.", ["docs/a.md@1"]],
    ["behind a tab", "See\t@a.md", ["a.md@1"]],
    ["several in a line", "@a.md @b.md, and @c.md", ["a.md@1", "b.md@1", "c.md@1"]],
    ["in a list", "- @a.md\n- see @b.md\n1. @c.md", ["a.md@1", "b.md@2", "c.md@3"]],
    ["in a quote", "> @a.md\n>@b.md", ["a.md@1", "b.md@2"]],
    ["in a heading", "# @a.md\n\nTitle @b.md\n=====", ["a.md@1", "b.md@3"]],
    ["in a table", "| a | b |\n| - | - |\n| @a.md | x |", ["a.md@3"]],
    ["in a link's text", "[see @a.md](b.md)", ["a.md@1"]],
    ["in a tag of its own", "<rules>\n@a.md\n</rules>", ["a.md@2"]],
    ["behind a comment on its line", "<!-- why --> @a.md", ["a.md@1"]],
    ["of the home folder", "@~/.claude/a.md", ["~/.claude/a.md@1"]],
    ["absolute, further up", "@/etc/passwd @../../x.md", ["/etc/passwd@1", "../../x.md@1"]],
    ["with a blank", "@docs/my\\ file.md now", ["docs/my file.md@1"]],
    ["with a part of the file", "@docs/a.md#setup", ["docs/a.md@1"]],
    ["with other letters", "@docs/größe.md @文档/说明.md。", ["docs/größe.md@1", "文档/说明.md@1"]],
    [
      "that is a name for a person to tell apart",
      '@scope/name @app.route("/")',
      ["scope/name@1", 'app.route("/@1'],
    ],
    ["behind an escaped backtick", "\\` @a.md `", ["a.md@1"]],
    ["behind a backtick that nothing closes", "a ` b @a.md", ["a.md@1"]],
    ["behind runs of backticks of other lengths", "`` a ` @a.md ```", ["a.md@1"]],
    ["before a comment without a blank", "@a.md<!-- x -->", ["a.md@1"]],
    ["in a paragraph that is indented deeper on its second line", "a\n    @a.md", ["a.md@2"]],
    ["in a list's own indentation", "- a\n\n    @a.md", ["a.md@3"]],
    ["in a list's own indentation by tabs", "1.\ta\n\n\t@a.md\n-\tb\n\n\t@b.md", ["a.md@3", "b.md@6"]],
    [
      "behind a tab of which a quote takes a part",
      ">\ta\n>\t@a.md\n>\n> -\tb\n>\n>  \t@b.md",
      ["a.md@2", "b.md@6"],
    ],
    ["behind a fence that has ended", "```\n@a.md\n```\n@b.md", ["b.md@4"]],
    ["behind a comment in the middle that nothing closes", "a <!-- b\n\n@a.md -->", ["a.md@3"]],
    ["behind something like a fence", "```a`b\n@a.md\n", ["a.md@2"]],
    ["behind a quote's fence, which ends with the quote", "> ```\n> @a.md\n@b.md", ["b.md@3"]],
    ["behind an item's fence, which ends with the item", "- ```\n  @a.md\n\n@b.md", ["b.md@4"]],
  ])("%s", (_, body, expected) => {
    expect(paths(body)).toEqual(expected);
  });

  test.each([".", ",", ";", ":", "!", "?", ")", "]", "}", ">", "'", '"', "**", "...", "。", "”", "),", "|"])(
    "%s behind it does not belong to it",
    (end) => {
      expect(findImports(`See @docs/a.md${end}\nnext`)).toEqual([
        { start: 4, end: 14, path: "docs/a.md", line: 1 },
      ]);
    },
  );
});

describe("what is no import", () => {
  test.each<[string, string]>([
    ["a fence", "```\n@a.md\n```"],
    ["a fence of tildes with words", "~~~ md @x.md\n@a.md\n~~~"],
    ["a longer fence around one", "````\n```\n@a.md\n```\n@b.md\n````"],
    ["a fence of the other kind around one", "~~~\n```\n~~~~ x\n@a.md\n~~~"],
    ["a fence without an end", "```\n\n@a.md\n\n"],
    ["a fence that starts indented", "   ```\n@a.md\n   ```"],
    ["a fence in a list", "- a\n\n  ```\n  @a.md\n  ```"],
    ["a fence right behind a list's mark", "- ```\n  @a.md\n  ```"],
    ["a fence in a quote", "> ~~~\n> @a.md\n> ~~~"],
    ["a fence in a list in a quote", "> 1. a\n>    ```\n>    @a.md\n>    ```"],
    ["an end with words behind it", "```\n``` no\n@a.md\n```"],
    ["an end that is too short", "````\n```\n@a.md"],
    ["an end that is indented too far", "```\n    ```\n@a.md"],
    ["indented code", "a\n\n    @a.md"],
    ["indented code behind a heading", "# a\n    @a.md"],
    ["indented code behind a tab", "\t@a.md"],
    ["indented code in a list", "- a\n\n      @a.md"],
    ["indented code right behind a list's mark", "-     @a.md"],
    ["indented code in a quote", ">     @a.md"],
    ["a code span", "`@a.md` and ` @b.md `"],
    ["a code span of two backticks", "`` ` @a.md ``"],
    ["a code span over two lines", "a `b\n@a.md` c"],
    ["a code span over two lines of a quote", "> a `b\n> @a.md` c"],
    ["a code span over a lazy line", "> a `b\n@a.md` c"],
    ["a comment", "<!-- @a.md -->"],
    ["a comment of several lines", "<!--\n\n@a.md\n\n-->"],
    ["a comment without an end", "<!--\n\n@a.md"],
    ["a comment in a sentence", "a <!-- @a.md --> b"],
    ["a comment in an item", "- <!--\n  @a.md -->"],
    ["a link's target", "[a]( @a.md ) ![b](<@a b.md>)"],
    ["a link's title", '[a](b "see @a.md")'],
    ["a definition", "[a]: @a.md\n[b]:\n  @b.md 'see @c.md'"],
    ["an address", "<https://example.test/@a.md> <mailto:a@b.c> <a@b.c>"],
    ["a tag's attribute", "<a title=' @a.md '>"],
    ["pre, script and style", "<pre>\n@a.md\n\n@b.md\n</pre>\n\n<script>\n@c.md\n</script>"],
    ["a word before it", 'a@b.md (@a.md) "@a.md" **@a.md**'],
    ["an e-mail address", "mail me@example.com"],
    ["an escaped one", "\\@a.md"],
    ["a word without a dot or a slash", "@param @Injectable() @someone"],
    ["nothing but dots", "@... @"],
  ])("%s", (_, body) => {
    expect(paths(body)).toEqual([]);
  });
});

/** Documents made of parts of which we know what is an import in them: an oracle that shares no code with the scanner. */
const name = fc.stringMatching(/^[a-z]{1,6}$/u);
type Part = { readonly lines: readonly string[]; readonly imports: readonly string[] };

const sentence: fc.Arbitrary<Part> = fc
  .array(
    fc.oneof(
      name.map((word) => ({ text: word, imports: [] as string[] })),
      name.map((word) => ({ text: `@${word}/x.md`, imports: [`${word}/x.md`] })),
      name.map((word) => ({ text: `@${word}/x.md.`, imports: [`${word}/x.md`] })),
      name.map((word) => ({ text: `\` @${word}/x.md \``, imports: [] })),
      name.map((word) => ({ text: `\`\`a \` @${word}/x.md\`\``, imports: [] })),
      name.map((word) => ({ text: `[a]( @${word}/x.md )`, imports: [] })),
      name.map((word) => ({ text: `<!-- @${word}/x.md -->`, imports: [] })),
      name.map((word) => ({ text: `<b t=" @${word}/x.md ">`, imports: [] })),
      name.map((word) => ({ text: `me@${word}.md`, imports: [] })),
      name.map((word) => ({ text: `\\\` @${word}/x.md \\\``, imports: [`${word}/x.md`] })),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((pieces) => ({
    // a word first, so that no line begins anything else
    lines: [`w ${pieces.map(({ text }) => text).join(" ")}`],
    imports: pieces.flatMap(({ imports }) => imports),
  }));

const paragraph: fc.Arbitrary<Part> = fc.array(sentence, { minLength: 1, maxLength: 3 }).map((parts) => ({
  lines: parts.flatMap(({ lines }) => lines),
  imports: parts.flatMap(({ imports }) => imports),
}));

const fence: fc.Arbitrary<Part> = fc
  .tuple(paragraph, fc.constantFrom("```", "~~~", "`````"), fc.boolean())
  .map(([{ lines }, mark, blank]) => ({
    lines: [`${mark}md`, ...lines, ...(blank ? ["", "``", "@a.md"] : []), mark],
    imports: [],
  }));

const indented: fc.Arbitrary<Part> = paragraph.map(({ lines }) => ({
  lines: lines.map((line) => `    ${line}`),
  imports: [],
}));

const comment: fc.Arbitrary<Part> = sentence
  .filter(({ lines }) => !lines.join("").includes("-->"))
  .map(({ lines }) => ({ lines: ["<!--", ...lines, "", "@a.md", "-->"], imports: [] }));

function nested(part: fc.Arbitrary<Part>): fc.Arbitrary<Part> {
  return fc.oneof(
    part.map(({ lines, imports }) => ({
      lines: lines.map((line) => (line === "" ? ">" : `> ${line}`)),
      imports,
    })),
    part.map(({ lines, imports }) => ({
      lines: lines.map((line, at) => (line === "" ? "" : (at === 0 ? "- " : "  ") + line)),
      imports,
    })),
    part.map(({ lines, imports }) => ({
      lines: lines.map((line, at) => (line === "" ? "" : (at === 0 ? "1.  " : "    ") + line)),
      imports,
    })),
  );
}

/** Parts with an empty line and a heading between them, which ends every list. */
function together(part: fc.Arbitrary<Part>): fc.Arbitrary<Part> {
  return fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => ({
    lines: parts.flatMap(({ lines }, at) => (at === 0 ? lines : ["", "# h", "", ...lines])),
    imports: parts.flatMap(({ imports }) => imports),
  }));
}

const leaf = fc.oneof(paragraph, fence, indented, comment);
// an item's first line may not be indented code's: its indentation would be the item's
const inner = fc.oneof(paragraph, fence, comment);
const markdown = together(fc.oneof(leaf, nested(inner), nested(nested(inner)), nested(together(inner))));

test("finds what an independent account of the same text says, line by line", () => {
  fc.assert(
    fc.property(markdown, ({ lines, imports }) => {
      const body = lines.join("\n");
      const found = findImports(body);
      expect(found.map(({ path }) => path)).toEqual(imports);
      for (const { path, line } of found) expect(lines[line - 1]).toContain(`@${path}`);
    }),
  );
});

test("whatever it is given, spans lie in the text, in order, and hold the path", () => {
  const piece = fc.constantFrom(
    ..."@@@/.. \n\t`~<>!-[]()#\\\"'*+1>=_".split(""),
    "@a.md",
    "```",
    "<!--",
    "-->",
    "](",
    "\n\n",
    "    ",
    "<pre>",
    "- ",
    "> ",
    "[a]: ",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece, { maxLength: 80 }).map((all) => all.join("")),
      ),
      (body) => {
        let last = 0;
        for (const { start, end, path, line } of findImports(body)) {
          expect(start >= last && end <= body.length && body[start] === "@").toBe(true);
          expect(
            body
              .slice(start + 1, end)
              .replaceAll("\\ ", " ")
              .startsWith(path),
          ).toBe(true);
          expect(line).toBe(body.slice(0, start).split("\n").length);
          last = end;
        }
      },
    ),
  );
});

test("the time that it takes grows with the text, not faster", () => {
  const hostile = [
    "`",
    "``` ",
    "@a.md ",
    "<!-- ",
    "[",
    "](",
    "[a](",
    "<a b='",
    "<a b=\"' d='\" c=",
    "> ",
    "- ",
    "    ",
    "@",
    "\\",
    "@a.",
    "1. ",
    "[a]: ",
    "`a``b",
    "- a\n",
    "> a\n",
    "\n",
    "<a x ",
    "](a(",
    '](a "',
    "<!-->",
    "\t",
    "@.......",
    "=\n",
    "a\n",
    "<pre>\n",
    "* ",
    "***\n",
    "[a]:\n",
    "- - - a\n\n",
    "<a@",
    "@a.md`",
  ];
  const grown = hostile.filter((unit) => {
    const took = (length: number): number => {
      const body = `@a.md ${unit.repeat(Math.ceil(length / unit.length))}`;
      const before = performance.now();
      findImports(body);
      return performance.now() - before;
    };
    took(5_000);
    const small = Math.min(took(20_000), took(20_000));
    const large = Math.min(took(160_000), took(160_000));
    // eight times the text; what is quadratic takes 64 times as long
    return large > 100 && large > 30 * small;
  });
  expect(grown).toEqual([]);
});
