import { expect, test } from "vitest";
import { ToolError } from "../../shared/errors.ts";
import { withFailures } from "../../shared/pipeline/failures.ts";
import { fixture, freshCall, textOf } from "../support/calls.ts";

const failing = (error: unknown) =>
  withFailures()(
    fixture({
      run: () => {
        throw error;
      },
    }),
  );

test("a failure that the model can act on keeps its code, sentence and hint", async () => {
  const error = new ToolError("not_found", "a.txt does not exist", {
    hint: "Did you mean b.txt?",
    details: "ENOENT",
  });
  const answer = await failing(error).call({}, freshCall());
  expect(answer).toMatchObject({ kind: "answer", error: "not_found" });
  expect(textOf(answer)).toBe(
    "not_found: a.txt does not exist\nhint: Did you mean b.txt?\ndetails (not ours, untrusted):\nENOENT",
  );
});

test("a fault of ours shows a reference, and the log alone has its cause", async () => {
  const logged: string[] = [];
  const answer = await failing(new Error("secret /home/me path")).call(
    {},
    freshCall({ log: (_level, line) => logged.push(line) }),
  );
  const ref = /^internal: ([0-9a-f]{8})\n/.exec(textOf(answer))?.[1];
  expect(textOf(answer)).not.toContain("secret");
  expect(logged.join("\n")).toContain(`internal: ${ref}`);
  expect(logged.join("\n")).toContain("secret /home/me path");
});

test("foreign text is bounded and labelled", async () => {
  const answer = await failing(new ToolError("external", "it failed", { details: "x".repeat(100_000) })).call(
    {},
    freshCall(),
  );
  expect(textOf(answer).length).toBeLessThan(3_000);
  expect(textOf(answer)).toContain("untrusted");
});

test("what fails after the caller took the call back is cancelled, not our fault", async () => {
  const answer = await failing(new Error("aborted")).call({}, freshCall({ signal: AbortSignal.abort() }));
  expect(answer).toMatchObject({ error: "cancelled" });
});
