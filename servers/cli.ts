import { CommanderError } from "commander";
import { StartupError, ToolError, isErrno } from "../shared/errors.ts";
import { buildProgram } from "./commands/program.ts";

// A reader that has seen enough (`plumbline tools | head`) is no failure.
process.stdout.on("error", (error) => {
  if (isErrno(error, "EPIPE")) process.exit(0);
  throw error;
});

void main();

async function main(): Promise<void> {
  try {
    const program = await buildProgram(process.argv.slice(2));
    await program.parseAsync(process.argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Says what went wrong to whom it concerns, and with which exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof StartupError || error instanceof ToolError) {
    process.stderr.write(`plumbline: ${error.message}\n`);
    if (error instanceof ToolError && error.hint !== undefined) process.stderr.write(`hint: ${error.hint}\n`);
    return 2;
  }
  process.stderr.write(`plumbline: internal: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}
