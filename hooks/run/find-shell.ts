import { ToolError, isErrno } from "../../shared/errors.ts";
import { run } from "../../shared/process/run.ts";

/** A shell and what stands between its name and a command line. */
export interface Shell {
  readonly program: string;
  readonly flags: readonly string[];
}

type ShellKind = "bash" | "powershell";

const POWERSHELL_FLAGS = ["-NoProfile", "-NonInteractive", "-Command"];

/** Of each kind the wanted one, and what is taken where that is missing. */
const SHELLS: Record<ShellKind, readonly [Shell, Shell]> = {
  // Many hooks are written for bash without saying so, and dash fails on their `[[`.
  bash: [
    { program: "bash", flags: ["-c"] },
    { program: "sh", flags: ["-c"] },
  ],
  powershell: [
    { program: "pwsh", flags: POWERSHELL_FLAGS },
    { program: "powershell.exe", flags: POWERSHELL_FLAGS },
  ],
};

const PATIENCE_MS = 10_000;

// Module state on purpose: it mirrors what is installed. Another PATH may hold another shell.
const found = new Map<string, Promise<Shell>>();

/** The shell that runs command lines here, tried once. Throws `ToolError("unavailable")` when that cannot be told now. */
export function findShell(kind: ShellKind): Promise<Shell> {
  const key = `${kind} ${process.env["PATH"] ?? ""}`;
  let shell = found.get(key);
  if (shell === undefined) {
    shell = choose(SHELLS[kind]);
    found.set(key, shell);
    // A machine that was too busy for a moment must not change the shell for good.
    shell.catch(() => found.delete(key));
  }
  return shell;
}

async function choose([wanted, other]: readonly [Shell, Shell]): Promise<Shell> {
  return (await canStart(wanted)) ? wanted : other;
}

async function canStart({ program, flags }: Shell): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const { exitCode } = await run(program, [...flags, "exit 0"], { signal, cwd: "/" });
    return exitCode === 0;
  } catch (error) {
    if (error instanceof ToolError && isErrno(error.cause, "ENOENT", "EACCES")) return false;
    throw new ToolError("unavailable", `${program} could not be tried`, { cause: error });
  }
}
