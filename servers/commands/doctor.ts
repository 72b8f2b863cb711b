import type { Flags } from "../../shared/config/layer.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { checkMachine } from "./checks.ts";
import { print, table } from "./terminal.ts";

const WORDS = { good: "ok", poor: "note", bad: "FAIL" } as const;

/** Prints what works on this machine, and for what does not the one command that mends it. Exit code 1 for a failure. */
export async function doctor({
  flags,
  json,
}: {
  readonly flags: Flags;
  readonly json: boolean;
}): Promise<void> {
  const findings = await checkMachine(flags);
  if (findings.some(({ state }) => state === "bad")) process.exitCode = 1;
  if (json) return print(JSON.stringify(findings, null, 2));
  print(
    table(
      findings.map(({ name, state, what, mend }) => [
        WORDS[state],
        name,
        escapeForPerson(mend === undefined ? what : `${what}. This mends it: ${mend}`),
      ]),
    ),
  );
}
