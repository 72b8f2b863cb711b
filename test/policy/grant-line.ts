import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "vitest";
import type { ToolError } from "../../shared/errors.ts";
import { Approvals } from "../../shared/policy/approvals.ts";

/** The command that a refusal names for the person. */
export function grantLine({ hint = "" }: ToolError): string {
  const [, line = ""] = /: (plumbline approvals grant [^]*) \(--until/u.exec(hint) ?? [];
  return line;
}

/** Does what the command line does with the words that a shell makes of such a line. */
export async function grantBy(state: string, line: string): Promise<void> {
  const words = await shellWords(line);
  const end = words.includes("--") ? words.indexOf("--") : words.length;
  const argv = words.slice(end + 1);
  const valuesOf = (flag: string): string[] =>
    words.flatMap((word, index) => (index < end && word === flag ? [words[index + 1] ?? ""] : []));
  const [hours] = valuesOf("--until").map(Number.parseFloat);
  const rule = {
    decision: "allow",
    tool: words[2] ?? "",
    ...(words.includes("--once") ? { once: true as const } : {}),
    ...(hours === undefined ? {} : { until: new Date(Date.now() + hours * 3_600_000).toISOString() }),
    ...(argv.length > 0 ? { argv } : {}),
  } as const;
  expect(words.slice(0, 2)).toEqual(["approvals", "grant"]);
  const paths = valuesOf("--path");
  await new Approvals(state).add(paths.length === 0 ? [rule] : paths.map((path) => ({ ...rule, path })));
}

async function shellWords(line: string): Promise<string[]> {
  const script = `${line.replace(/^plumbline/u, "set --")}; printf '%s\\0' "$@"`;
  const { stdout } = await promisify(execFile)("bash", ["-c", script]);
  return stdout.split("\0").slice(0, -1);
}
