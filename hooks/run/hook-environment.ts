export interface HookEnvironmentOptions {
  /** Absolute: the folder that the handler belongs to. */
  readonly root: string;
  readonly event: string;
  /** `<server>.<tool>`, when the event is about a call. */
  readonly tool?: string;
  /** Names of more variables that the person lets hooks have. */
  readonly extra: readonly string[];
  /** Our own environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

const PASSED_ON = ["TERM", "http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"];

/** The variables of a hook beside the short list that every child gets. Never one that configures ourselves. */
export function hookEnvironment({
  root,
  event,
  tool,
  extra,
  env,
}: HookEnvironmentOptions): Record<string, string> {
  const names = new Set([...PASSED_ON, ...PASSED_ON.map((name) => name.toUpperCase()), ...extra]);
  // PATH comes without its relative entries, which a repository controls.
  names.delete("PATH");
  const passed = [...names].flatMap((name) => {
    const value = isOurs(name) ? undefined : env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(passed),
    CLAUDE_PROJECT_DIR: root,
    PLUMBLINE_PROJECT_DIR: root,
    PLUMBLINE_HOOK_EVENT: event,
    ...(tool === undefined ? {} : { PLUMBLINE_TOOL: tool }),
    PLUMBLINE_HOOK_DEPTH: String(hookDepth(env) + 1),
  };
}

/** How many hooks this process runs inside of; 0 when a person or a client started it. */
export function hookDepth(env: Readonly<Record<string, string | undefined>>): number {
  const depth = env["PLUMBLINE_HOOK_DEPTH"] ?? "";
  return /^\d{1,6}$/u.test(depth) ? Number(depth) : 0;
}

/** True for a variable that configures us, such as the one with our token: no hook ever sees it. */
export function isOurs(name: string): boolean {
  return name.toUpperCase().startsWith("PLUMBLINE_");
}
