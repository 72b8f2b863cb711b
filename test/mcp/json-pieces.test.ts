import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonPieces, LONG } from "../../shared/mcp/json-pieces.ts";

/** Long enough for several pieces, with what is special around the places where it is cut. */
const long = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.constantFrom(
        "\n",
        "line\n",
        '"',
        "\\",
        "\u0001",
        "\t",
        "\u2028",
        "é",
        "😀",
        "\ud83d",
        "\ude00",
        "\u007f",
      ),
      fc.integer({ min: LONG - 3, max: LONG + 3 }).map((length) => "x".repeat(length)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

test("the pieces together are the message", () => {
  fc.assert(
    fc.property(fc.array(long, { maxLength: 4 }), fc.string(), (texts, other) => {
      const message = { result: { content: texts.map((text) => ({ type: "text", text })), other }, id: 1 };
      const json = [...jsonPieces(message)].join("");
      expect(json).not.toContain("\n");
      expect(JSON.parse(json)).toEqual(message);
    }),
    { numRuns: 200 },
  );
});
