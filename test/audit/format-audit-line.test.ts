import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAuditLine } from "../../shared/audit/audit-line.ts";
import { formatAuditLine } from "../../shared/audit/format-audit-line.ts";
import { projectKey } from "../../shared/audit/project-key.ts";
import { lineOf } from "./support.ts";

test("one line says when, what, how it ended, on what, why and for whom", () => {
  const line = lineOf("c-1", {
    time: "2026-11-05T12:00:01.234Z",
    touched: { paths: ["src/a.ts"], argv: ["npm", "test"] },
    because: "rule 2",
    parent: "c-0",
    ms: 12.5,
    chars: 900,
  });
  expect(formatAuditLine(parseAuditLine(JSON.stringify(line)), { color: false })).toBe(
    "2026-11-05T12:00:01Z  filesystem.read_file  ok  src/a.ts $ npm test  " +
      "allowed: rule 2 | 12.5 ms, 900 chars | client (stdio) | c-1 of c-0",
  );
});

test("colour marks the outcome", () => {
  const paint = (outcome: string): string =>
    formatAuditLine({ kind: "line", line: lineOf("a", { outcome }), raw: "" }, { color: true });
  expect(paint("ok")).toContain("\u001B[32mok\u001B[0m");
  expect(paint("asked")).toContain("\u001B[33masked\u001B[0m");
  expect(paint("denied")).toContain("\u001B[31mdenied\u001B[0m");
});

test("nothing in a record can move the cursor, break the line or turn the text around", () => {
  const nasty = fc.string({
    unit: fc.constantFrom("\u001B[2J", "\n", "\r", "\u202E", "\u0000", "\u009B", "a"),
    minLength: 1,
  });
  fc.assert(
    fc.property(nasty, nasty, (first, second) => {
      const line = lineOf(first, {
        touched: { paths: [second], argv: [first] },
        because: second,
        tool: first,
        outcome: second,
        time: first,
        caller: { id: first, name: second, version: first, transport: second },
      });
      for (const raw of [JSON.stringify(line), first]) {
        expect(formatAuditLine(parseAuditLine(raw), { color: false })).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }
    }),
  );
});

test("a project's key is readable, safe as a file name, and different for each path", () => {
  expect(projectKey([{ path: "/home/ada/my app" }, { path: "/other" }])).toMatch(/^my-app-[0-9a-f]{8}$/u);
  expect(projectKey([{ path: "/home/ada/app" }])).not.toBe(projectKey([{ path: "/home/bob/app" }]));
  expect(projectKey([{ path: "/" }])).toMatch(/^root-[0-9a-f]{8}$/u);
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      expect(projectKey([{ path: `/x/${name}` }])).toMatch(/^[A-Za-z0-9_-]{1,41}$/u);
    }),
  );
});
