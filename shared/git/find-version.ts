import { ToolError } from "../errors.ts";
import { run } from "../process/run.ts";

/** The version of the program, such as `2.39.5`; undefined when there is none, or one older than 2.34. */
export async function findVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await run("git", ["--version"], { signal: AbortSignal.timeout(10_000) });
    const [version, major = "", minor = ""] = /(\d+)\.(\d+)[\d.]*/u.exec(stdout.toString("utf8")) ?? [];
    return Number(major) * 1_000 + Number(minor) >= 2_034 ? version : undefined;
  } catch (error) {
    if (error instanceof ToolError && error.code === "unavailable") return undefined;
    throw error;
  }
}
