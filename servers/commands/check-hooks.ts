import { findShell } from "../../hooks/run/find-shell.ts";
import type { Flags } from "../../shared/config/layer.ts";
import { ToolError } from "../../shared/errors.ts";
import type { HandlerReport, HookReport } from "../../shared/hook-desk.ts";
import type { Finding } from "./finding.ts";
import { reportHooks } from "./hooks.ts";

/** How many hooks run, wait and are broken here, and by which shell commands run. */
export async function checkHooks(flags: Flags): Promise<Finding> {
  const report = await reportHooks(flags);
  const what = `${countsOf(report)}; commands are run by ${await shellName()}`;
  if (has(report, "waits")) return { name: "hooks", state: "poor", what, mend: `plumbline hooks trust` };
  if (isBroken(report)) return { name: "hooks", state: "poor", what, mend: "plumbline hooks status" };
  return { name: "hooks", state: "good", what };
}

function countsOf({ handlers, files }: HookReport): string {
  const count = (status: HandlerReport["status"]): number =>
    handlers.filter((handler) => handler.status === status).length;
  const broken = files.filter(({ state }) => state === "broken").length;
  return [
    handlers.length === 0 ? "none" : `${count("runs")} running`,
    ...(count("waits") === 0 ? [] : [`${count("waits")} waiting for approval`]),
    ...(count("broken") === 0 ? [] : [`${count("broken")} broken`]),
    ...(broken === 0 ? [] : [`${broken} ${broken === 1 ? "file" : "files"} not read`]),
  ].join(", ");
}

function has({ handlers }: HookReport, status: HandlerReport["status"]): boolean {
  return handlers.some((handler) => handler.status === status);
}

function isBroken(report: HookReport): boolean {
  return has(report, "broken") || report.files.some(({ state }) => state === "broken");
}

/** Many hooks are written for bash without saying so. */
async function shellName(): Promise<string> {
  try {
    const { program } = await findShell("bash");
    return program === "bash" ? "bash" : `${program}, since there is no bash`;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return `a shell, but ${error.message}`;
  }
}
