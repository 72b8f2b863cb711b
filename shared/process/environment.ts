import { delimiter, isAbsolute } from "node:path";

const PASSED_ON = [
  "HOME",
  "LANG",
  "LANGUAGE",
  "LOGNAME",
  "SHELL",
  "TEMP",
  "TMP",
  "TMPDIR",
  "TZ",
  "USER",
  "XDG_CACHE_HOME",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "XDG_RUNTIME_DIR",
  // What programs on Windows cannot start without.
  "APPDATA",
  "COMSPEC",
  "LOCALAPPDATA",
  "PATHEXT",
  "PROGRAMDATA",
  "PROGRAMFILES",
  "SYSTEMROOT",
  "USERPROFILE",
  "WINDIR",
];

/**
 * The environment of a child process: a short list of our own variables, so that no token reaches a program
 * that has no use for it, and then `extra`.
 */
export function childEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  // Node's pipes are sockets: as the outermost shell, bash would take us for a remote login and run ~/.bashrc.
  const env: Record<string, string> = { PATH: searchPath(process.env["PATH"] ?? ""), SHLVL: "1" };
  // Windows would look for a program in the working directory first, which a repository controls.
  if (process.platform === "win32") env["NoDefaultCurrentDirectoryInExePath"] = "1";
  for (const [name, value] of Object.entries(process.env)) {
    const passed = PASSED_ON.includes(name.toUpperCase()) || name.startsWith("LC_");
    if (passed && value !== undefined) env[name] = value;
  }
  return { ...env, ...extra };
}

/** Relative entries would find programs in the child's working directory, which a repository controls. */
function searchPath(path: string): string {
  return path
    .split(delimiter)
    .filter((entry) => isAbsolute(entry))
    .join(delimiter);
}
