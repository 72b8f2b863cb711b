import { join } from "node:path";
import { checkPrivateFile, checkPrivateFolder, exists } from "../../shared/config/check-place.ts";
import { clients } from "../../shared/config/clients/clients.ts";
import { readClientFile } from "../../shared/config/clients/client-file.ts";
import type { Flags } from "../../shared/config/layer.ts";
import { findPlaces, type Places } from "../../shared/config/places.ts";
import type { Settings } from "../../shared/config/settings.ts";
import { StartupError, ToolError } from "../../shared/errors.ts";
import { run } from "../../shared/process/run.ts";
import { loadSqlite } from "../../shared/sqlite/open.ts";
import { catalog } from "../catalog.ts";
import { checkHooks } from "./check-hooks.ts";
import type { Finding } from "./finding.ts";
import { loadSettings } from "./load-settings.ts";

type Release = readonly [major: number, minor: number];

const OLDEST: Release = [20, 19];
const OLDEST_GIT: Release = [2, 34];
const WITHOUT_GIT = "without it status, history and differences can be read, and nothing changed";
const PATIENCE_MS = 10_000;

/** Looks at everything that Plumbline rests on; changes nothing but that the state folder is made. */
export async function checkMachine(flags: Flags): Promise<Finding[]> {
  const places = findPlaces(process.env);
  const [settings, finding] = await checkSettings(flags);
  return [
    checkNode(),
    finding,
    ...(settings === undefined ? [] : [await checkContainment(settings)]),
    await checkState(places),
    await checkToken(places),
    await checkRipgrep(),
    await checkGit(),
    ...(settings === undefined ? [] : [await checkHooks(flags)]),
    await checkSqlite(),
    ...(await checkClients(places, settings?.roots[0] ?? process.cwd())),
  ];
}

/** Code search keeps its index in SQLite, whose library is native. */
async function checkSqlite(): Promise<Finding> {
  const name = "code search";
  try {
    (await loadSqlite())(":memory:", { mode: "write" }).close();
    return { name, state: "good", what: "SQLite can be loaded" };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const what = "SQLite cannot be loaded: the search server does not work, all others do";
    return { name, state: "poor", what, mend: error.hint ?? "npm rebuild better-sqlite3" };
  }
}

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const what = `${process.versions.node} at ${process.execPath}`;
  return isAtLeast(OLDEST, [major, minor])
    ? { name: "node", state: "good", what }
    : {
        name: "node",
        state: "bad",
        what: `${what}; ${OLDEST.join(".")} is the oldest`,
        mend: "nvm install 24",
      };
}

async function checkSettings(flags: Flags): Promise<[Settings | undefined, Finding]> {
  const warnings: string[] = [];
  try {
    const settings = await loadSettings(flags, Object.keys(catalog), (_, message) => warnings.push(message));
    const what = `roots: ${settings.roots.join(", ")}`;
    if (warnings.length === 0) return [settings, { name: "configuration", state: "good", what }];
    return [
      settings,
      { name: "configuration", state: "poor", what: warnings.join("; "), mend: "plumbline config show" },
    ];
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    const mend = error.message.includes("--root")
      ? "plumbline doctor --root /path/to/your/project"
      : "plumbline config show";
    return [undefined, { name: "configuration", state: "bad", what: error.message, mend }];
  }
}

async function checkContainment({ containment }: Settings): Promise<Finding> {
  const name = "containment";
  if (containment === "compare")
    return process.platform === "linux"
      ? {
          name,
          state: "poor",
          what: "compare, the weaker one, was chosen",
          mend: "unset PLUMBLINE_CONTAINMENT",
        }
      : { name, state: "good", what: "compare, the best that this system offers" };
  return (await exists("/proc/self/fd"))
    ? { name, state: "good", what: "handles: every path is walked from an open folder" }
    : { name, state: "bad", what: "there is no /proc here", mend: "mount -t proc proc /proc" };
}

async function checkState({ state }: Places): Promise<Finding> {
  const problem = await checkPrivateFolder(state);
  return problem === undefined
    ? { name: "state folder", state: "good", what: `${state}, private and writable` }
    : { name: "state folder", state: "bad", ...problem };
}

async function checkToken({ state }: Places): Promise<Finding> {
  const file = join(state, "http-token");
  const problem = await checkPrivateFile(file);
  if (problem !== undefined) return { name: "HTTP token", state: "bad", ...problem };
  const what = (await exists(file)) ? `in ${file}` : "made when HTTP is served for the first time";
  return { name: "HTTP token", state: "good", what };
}

async function checkRipgrep(): Promise<Finding> {
  const name = "ripgrep";
  try {
    const { rgPath } = await import("@vscode/ripgrep");
    return { name, state: "good", what: `${await versionOf(rgPath)} at ${rgPath}` };
  } catch {
    return { name, state: "bad", what: "the packaged program is missing or does not run", mend: "npm ci" };
  }
}

const GIT_MENDERS: Partial<Record<NodeJS.Platform, string>> = {
  darwin: "xcode-select --install",
  win32: "winget install Git.Git",
};

async function checkGit(): Promise<Finding> {
  const name = "git";
  const mend = GIT_MENDERS[process.platform] ?? "sudo apt-get install git";
  try {
    const version = await versionOf("git");
    const [, major, minor] = /(\d+)\.(\d+)/u.exec(version) ?? [];
    if (isAtLeast(OLDEST_GIT, [Number(major), Number(minor)])) return { name, state: "good", what: version };
    return {
      name,
      state: "poor",
      what: `${version}, ${OLDEST_GIT.join(".")} is the oldest; ${WITHOUT_GIT}`,
      mend,
    };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { name, state: "poor", what: `not found; ${WITHOUT_GIT}`, mend };
  }
}

function isAtLeast([wanted, wantedMinor]: Release, [major, minor]: Release): boolean {
  return major > wanted || (major === wanted && minor >= wantedMinor);
}

async function versionOf(program: string): Promise<string> {
  const { stdout, exitCode } = await run(program, ["--version"], {
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (exitCode !== 0) throw new ToolError("external", `${program} does not run`);
  return stdout.toString("utf8").split("\n")[0]?.trim() ?? "";
}

async function checkClients({ home }: Places, project: string): Promise<Finding[]> {
  const at = { platform: process.platform, env: process.env, home, project };
  const found: Finding[] = [];
  for (const [key, client] of Object.entries(clients)) {
    const installed = await Promise.all(client.signs(at).map(exists));
    if (!installed.includes(true)) continue;
    const file = client.file(at);
    const name = client.title;
    if (await mentionsUs(file)) found.push({ name, state: "good", what: `has an entry in ${file}` });
    else
      found.push({
        name,
        state: "poor",
        what: `no entry in ${file}`,
        mend: `plumbline config ${key} --write`,
      });
  }
  return found.length > 0
    ? found
    : [{ name: "clients", state: "good", what: "none found in the usual places" }];
}

async function mentionsUs(file: string): Promise<boolean> {
  try {
    return (await readClientFile(file)).text?.includes("plumbline") ?? false;
  } catch (error) {
    if (error instanceof StartupError) return false;
    throw error;
  }
}
