import { ToolError } from "../errors.ts";
import { runHere } from "./run-here.ts";
import type { FromStarter, RunFailure, ToStarter } from "./run-job.ts";

// The process that starts programs for a server. It stays small, and it ends with the server, whatever ended that, and
// takes with it what still runs.

const running = new Map<number, AbortController>();

process.on("message", (told: ToStarter) => {
  if ("stop" in told) running.get(told.id)?.abort(new ToolError("cancelled", "stopped"));
  else void start(told);
});
// exiting kills the groups of all that runs
process.once("disconnect", () => process.exit());
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(signal, () => process.exit());
say({});

async function start({
  id,
  job: { program, args, ...options },
}: Extract<ToStarter, { job: unknown }>): Promise<void> {
  const stopping = new AbortController();
  running.set(id, stopping);
  try {
    say({ id, result: await runHere(program, args, { ...options, signal: stopping.signal }) });
  } catch (error) {
    say({ id, failure: failureOf(error) });
  } finally {
    running.delete(id);
  }
}

function failureOf(error: unknown): RunFailure {
  const none = { code: undefined, hint: undefined, errno: undefined };
  if (!(error instanceof ToolError))
    return { ...none, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  const { code, message, hint, cause } = error;
  const errno = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
  return { code, message, hint, errno };
}

function say(message: FromStarter): void {
  if (process.connected) process.send?.(message);
}
