import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutMarkdown } from "../../../instructions/merge/cut-markdown.ts";

const line = "A line of thirty characters ok\n";

describe("cutting", () => {
  test("ends before a heading and names it", () => {
    const text = `# One\n\n${line.repeat(4)}\n## Two\n\n${line.repeat(9)}`;
    expect(cutMarkdown(text, 200)).toEqual({
      text: `# One\n\n${line.repeat(4).trimEnd()}`,
      nextHeading: "## Two",
    });
  });

  test("ends at a line where the last heading would leave too little", () => {
    const text = `# One\n\n${line.repeat(40)}## Two\n`;
    expect(cutMarkdown(text, 200)).toEqual({
      text: `# One\n\n${line.repeat(6).trimEnd()}`,
      nextHeading: "## Two",
    });
  });

  test("takes no comment in a fence for a heading, and does not end in one", () => {
    const text = `${line.repeat(3)}\`\`\`sh\n# Build\n${line.repeat(3)}# Test\n${line.repeat(3)}\`\`\`\n`;
    expect(cutMarkdown(text, 250)).toEqual({ text: line.repeat(3).trimEnd() });
  });

  test("closes a fence that it cannot leave out", () => {
    const text = `Look:\n~~~~py\n${line.repeat(30)}~~~~\n# After\n`;
    expect(cutMarkdown(text, 250)).toEqual({
      text: `Look:\n~~~~py\n${line.repeat(7)}~~~~`,
      nextHeading: "# After",
    });
  });

  test.each<[string, string]>([
    ["``` in a `line` of text\n# Heading\n", "not a fence, since it holds back ticks"],
    ["~~~\n```\n~~~\n# Heading\n", "another mark does not close it"],
    ["````\n```\n````\n# Heading\n", "a shorter mark does not close it"],
    ["```\n``` x\n```\n# Heading\n", "nor does one with a word"],
  ])("knows fences: %j", (start) => {
    const text = `${line.repeat(5)}${start.replace("# Heading\n", "")}# Heading\n${line.repeat(10)}`;
    const { nextHeading, text: kept } = cutMarkdown(text, 250);
    expect(nextHeading).toBe("# Heading");
    expect(kept).toBe(text.slice(0, text.indexOf("# Heading")).trimEnd());
  });

  test("cuts a text of one line, and tears no character", () => {
    expect(cutMarkdown("x".repeat(99), 50)).toEqual({ text: "x".repeat(37) });
    expect(cutMarkdown("\u{1f600}".repeat(99), 50)).toEqual({ text: "\u{1f600}".repeat(18) });
  });

  test("what is kept is the beginning, no longer than asked, whole characters, every fence closed", () => {
    const part = fc.constantFrom(
      "# H\n",
      "word ",
      "\n",
      "```\n",
      "~~~~\n",
      "\u{1f600}",
      "`",
      "    ",
      "## Two\n",
      line,
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 60 }).map((parts) => parts.join("")),
        fc.integer({ min: 0, max: 400 }),
        (text, room) => {
          const { text: kept, nextHeading } = cutMarkdown(text, room);
          const body = kept.replace(/\n(?:`{3,}|~{3,})$/u, "");
          expect(kept.length).toBeLessThanOrEqual(room);
          expect(text.startsWith(kept) || text.startsWith(body)).toBe(true);
          expect(() => encodeURI(kept)).not.toThrow();
          if (nextHeading !== undefined) expect(text.slice(body.length)).toContain(nextHeading);
        },
      ),
    );
  });
});
