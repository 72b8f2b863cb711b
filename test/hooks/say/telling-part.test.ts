import { expect, test } from "vitest";
import { tellingPart } from "../../../hooks/say/telling-part.ts";

test.each([
  ["bad input\nsecond line\n", "bad input\nsecond line\n"],
  ["\n  first\nTypeError: later", "first\nTypeError: later"],
  [
    "Traceback (most recent call last):\n  File \"x.py\", line 3, in <module>\nKeyError: 'a'\n",
    "KeyError: 'a'",
  ],
  [
    "node:internal/modules/cjs/loader:1210\n  throw err;\n  ^\n\nError: Cannot find module 'x'\n    at a (b:1:2)\n",
    "Error: Cannot find module 'x'",
  ],
  ["/home/a/x.mjs:3\r\nthrow 1\r\n\r\nSyntaxError: no\r\n", "SyntaxError: no"],
  [
    "Traceback (most recent call last):\n  nothing else",
    "Traceback (most recent call last):\n  nothing else",
  ],
  ["", ""],
])("of %j the part that says most is %j", (stderr, part) => {
  expect(tellingPart(stderr)).toBe(part);
});
