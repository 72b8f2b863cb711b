import { dirname, join } from "node:path";
import type { Environment } from "../places.ts";

/** How a client starts a server, or where it finds one. */
export type Entry =
  | { readonly kind: "stdio"; readonly command: string; readonly args: readonly string[] }
  | { readonly kind: "http"; readonly url: string; readonly token: string };

/** What a client's place depends on. */
export interface Whereabouts {
  readonly platform: NodeJS.Platform;
  readonly env: Environment;
  readonly home: string;
  /** The project, for clients whose configuration lies in it. */
  readonly project: string;
}

/** An MCP client whose configuration we can write. */
export interface Client {
  readonly title: string;
  readonly format: "json" | "toml";
  /** The object or table that holds the servers. */
  readonly section: string;
  /** The file for a whole user, or in the project where the client reads one there. */
  readonly file: (at: Whereabouts) => string;
  /** Folders that are there when the client is installed. */
  readonly signs: (at: Whereabouts) => readonly string[];
  /** Its own shape of an entry; a sentence when it cannot have this kind. */
  readonly shape: (entry: Entry) => Readonly<Record<string, Value>> | string;
}

type Value = string | readonly string[] | Readonly<Record<string, string>>;

/** All of them, by the name on the command line. */
export const clients: Readonly<Record<string, Client>> = {
  "claude-desktop": {
    title: "Claude Desktop",
    format: "json",
    section: "mcpServers",
    file: (at) => join(applicationSupport(at), "Claude", "claude_desktop_config.json"),
    signs: (at) => [join(applicationSupport(at), "Claude")],
    shape: (entry) =>
      entry.kind === "stdio"
        ? program(entry)
        : "Claude Desktop reads no addresses from its file: leave out --http",
  },
  "claude-code": {
    title: "Claude Code",
    format: "json",
    section: "mcpServers",
    file: ({ project }) => join(project, ".mcp.json"),
    signs: ({ home }) => [join(home, ".claude")],
    shape: typed,
  },
  cursor: {
    title: "Cursor",
    format: "json",
    section: "mcpServers",
    file: ({ project }) => join(project, ".cursor", "mcp.json"),
    signs: ({ home }) => [join(home, ".cursor")],
    shape: (entry) =>
      entry.kind === "stdio" ? program(entry) : { url: entry.url, headers: headers(entry.token) },
  },
  vscode: {
    title: "VS Code",
    format: "json",
    section: "servers",
    file: ({ project }) => join(project, ".vscode", "mcp.json"),
    signs: (at) => [join(at.home, ".vscode"), join(applicationSupport(at), "Code")],
    shape: typed,
  },
  zed: {
    title: "Zed",
    format: "json",
    section: "context_servers",
    file: zedSettings,
    signs: (at) => [dirname(zedSettings(at))],
    shape: (entry) =>
      entry.kind === "stdio"
        ? { ...program(entry), env: {} }
        : { url: entry.url, headers: headers(entry.token) },
  },
  windsurf: {
    title: "Windsurf",
    format: "json",
    section: "mcpServers",
    file: ({ home }) => join(home, ".codeium", "windsurf", "mcp_config.json"),
    signs: ({ home }) => [join(home, ".codeium", "windsurf")],
    shape: (entry) =>
      entry.kind === "stdio" ? program(entry) : { serverUrl: entry.url, headers: headers(entry.token) },
  },
  codex: {
    title: "Codex",
    format: "toml",
    section: "mcp_servers",
    file: ({ env, home }) => join(env["CODEX_HOME"] ?? join(home, ".codex"), "config.toml"),
    signs: ({ env, home }) => [env["CODEX_HOME"] ?? join(home, ".codex")],
    shape: (entry) =>
      entry.kind === "stdio" ? program(entry) : { url: entry.url, http_headers: headers(entry.token) },
  },
};

function program({ command, args }: Extract<Entry, { kind: "stdio" }>): Record<string, Value> {
  return { command, args };
}

function typed(entry: Entry): Record<string, Value> {
  return entry.kind === "stdio"
    ? { type: "stdio", ...program(entry) }
    : { type: "http", url: entry.url, headers: headers(entry.token) };
}

function headers(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}

function zedSettings({ platform, env, home }: Whereabouts): string {
  return platform === "win32"
    ? join(env["APPDATA"] ?? join(home, "AppData", "Roaming"), "Zed", "settings.json")
    : join(xdgConfig({ env, home }), "zed", "settings.json");
}

function applicationSupport({ platform, env, home }: Whereabouts): string {
  if (platform === "darwin") return join(home, "Library", "Application Support");
  if (platform === "win32") return env["APPDATA"] ?? join(home, "AppData", "Roaming");
  return xdgConfig({ env, home });
}

function xdgConfig({ env, home }: Pick<Whereabouts, "env" | "home">): string {
  const set = env["XDG_CONFIG_HOME"];
  return set === undefined || set === "" ? join(home, ".config") : set;
}
