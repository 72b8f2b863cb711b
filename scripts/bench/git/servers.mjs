// Who is measured, and how each of them is asked for the same work.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { COLD_FILE, EDITED_FILE, HOT_FILE, copySmall } from "./fixtures.mjs";
import { AT_ONCE } from "./operations.mjs";

const PROJECT = join(import.meta.dirname, "../../..");
const PEERS = join(import.meta.dirname, "../peers/node_modules");

/** The name of our own entry. */
export const OURS = "plumbline";
/** The program itself, started for each call as a script starts it. */
export const GIT = "git";

/**
 * Ours and the peers that are installed, as `{ name, command, args, env, work }`. Each entry of `work` is given
 * `call(tool, arguments)`, which resolves to the answer's text, and the number of the worker that asks.
 */
export function servers(places, { home, env }) {
  const peers = [cyanheads, mcpGit, githubMcp].map((peer) => peer(places, env));
  return [plumbline(places, { home, env }), ...peers.filter(({ entry }) => existsSync(entry))];
}

function ask(tool, args) {
  return (call) => call(tool, args);
}

function plumbline({ folder, small, large }, { home, env }) {
  const entry = join(PROJECT, "dist/cli.js");
  const at = (repo, path) => join(repo, path);
  return {
    name: OURS,
    entry,
    command: process.execPath,
    args: [entry, "serve", "git", "--root", folder],
    env: {
      ...env,
      PLUMBLINE_CONFIG_DIR: join(home, "config"),
      PLUMBLINE_STATE_DIR: join(home, "state"),
      PLUMBLINE_CACHE_DIR: join(home, "cache"),
    },
    work: {
      status_small: ask("git_status", { repo: small }),
      status_large: ask("git_status", { repo: large }),
      log_small: ask("git_log", { repo: small, limit: 20 }),
      log_large: ask("git_log", { repo: large, limit: 20 }),
      diff_large: ask("git_diff", { repo: large }),
      diff_one: ask("git_diff", { repo: small, paths: [at(small, EDITED_FILE)] }),
      show: ask("git_show", { repo: large, ref: "HEAD" }),
      blame_large: ask("git_blame", { repo: large, path: at(large, HOT_FILE), budget: 100_000 }),
      blame_small: ask("git_blame", { repo: small, path: at(small, COLD_FILE) }),
      branches: ask("git_branches", { repo: large, action: "list" }),
      stage: staging(OURS, { folder, small, env }, (repo) => ({
        stage: ["git_stage", { repo, paths: [at(repo, EDITED_FILE)] }],
        unstage: ["git_stage", { repo, paths: [at(repo, EDITED_FILE)], unstage: true }],
      })),
    },
  };
}

function cyanheads({ folder, small, large }, env) {
  const entry = join(PEERS, "@cyanheads/git-mcp-server/dist/index.js");
  return {
    name: "cyanheads-git",
    entry,
    command: process.execPath,
    args: [entry],
    env: { ...env, MCP_TRANSPORT_TYPE: "stdio", MCP_LOG_LEVEL: "error", GIT_BASE_DIR: folder },
    work: {
      status_small: ask("git_status", { path: small }),
      status_large: ask("git_status", { path: large }),
      log_small: ask("git_log", { path: small, maxCount: 20 }),
      log_large: ask("git_log", { path: large, maxCount: 20 }),
      diff_large: ask("git_diff", { path: large }),
      diff_one: ask("git_diff", { path: small, paths: [EDITED_FILE] }),
      show: ask("git_show", { path: large, object: "HEAD" }),
      blame_large: ask("git_blame", { path: large, filePath: HOT_FILE }),
      blame_small: ask("git_blame", { path: small, filePath: COLD_FILE }),
      branches: ask("git_branch", { path: large, mode: "list" }),
      stage: staging("cyanheads-git", { folder, small, env }, (path) => ({
        stage: ["git_add", { path, paths: [EDITED_FILE] }],
        unstage: ["git_reset", { path, paths: [EDITED_FILE] }],
      })),
    },
  };
}

/** It can neither look at one path nor at blame or branches. */
function mcpGit({ folder, small, large }, env) {
  const entry = join(PEERS, "mcp-git/dist/index.js");
  return {
    name: "mcp-git",
    entry,
    command: process.execPath,
    args: [entry],
    env,
    work: {
      status_small: ask("git_status", { repo_path: small }),
      status_large: ask("git_status", { repo_path: large }),
      log_small: ask("git_log", { repo_path: small, max_count: 20 }),
      log_large: ask("git_log", { repo_path: large, max_count: 20 }),
      diff_large: ask("git_diff_unstaged", { repo_path: large }),
      show: ask("git_show", { repo_path: large, revision: "HEAD" }),
      stage: staging("mcp-git", { folder, small, env }, (repo_path) => ({
        stage: ["git_add", { repo_path, files: [EDITED_FILE] }],
        unstage: ["git_reset", { repo_path }],
      })),
    },
  };
}

/** A local server despite its name. */
function githubMcp({ folder, small, large }, env) {
  const entry = join(PEERS, ".bin/github-mcp-server-mcp");
  return {
    name: "github-mcp-server",
    entry,
    command: process.execPath,
    args: [entry],
    env,
    work: {
      status_small: ask("git-status", { directory: small }),
      status_large: ask("git-status", { directory: large }),
      log_small: ask("git-log", { directory: small, maxCount: 20 }),
      log_large: ask("git-log", { directory: large, maxCount: 20 }),
      diff_large: ask("git-diff", { directory: large }),
      blame_large: ask("git-blame", { directory: large, filePath: HOT_FILE }),
      blame_small: ask("git-blame", { directory: small, filePath: COLD_FILE }),
      branches: ask("git-branch", { directory: large }),
      stage: staging("github-mcp-server", { folder, small, env }, (directory) => ({
        stage: ["git-add", { directory, files: [EDITED_FILE] }],
        unstage: ["git-reset", { directory, mode: "mixed", target: "HEAD" }],
      })),
    },
  };
}

/** The same work by the program, with what a sensible script would write: `call(folder, arguments)`. */
export function gitItself({ folder, small, large }, env) {
  const log = ["log", "-n", "20", "--format=%h%x09%an%x09%aI%x09%D%x09%s"];
  const status = ["--no-optional-locks", "status", "--porcelain=v2", "--branch"];
  const fields =
    "%(HEAD)%09%(refname:short)%09%(objectname:short)%09%(committerdate:iso-strict)%09%(subject)";
  return {
    name: GIT,
    work: {
      status_small: ask(small, status),
      status_large: ask(large, status),
      log_small: ask(small, log),
      log_large: ask(large, log),
      diff_large: ask(large, ["diff", "--no-color"]),
      diff_one: ask(small, ["diff", "--no-color", "--", EDITED_FILE]),
      show: ask(large, ["show", "--no-color", "HEAD"]),
      blame_large: ask(large, ["blame", "--porcelain", "--", HOT_FILE]),
      blame_small: ask(small, ["blame", "--porcelain", "--", COLD_FILE]),
      branches: ask(large, ["for-each-ref", `--format=${fields}`, "refs/heads"]),
      stage: staging(GIT, { folder, small, env }, (repo) => ({
        stage: [repo, ["add", "--", EDITED_FILE]],
        unstage: [repo, ["reset", "-q", "--", EDITED_FILE]],
      })),
    },
  };
}

/** Each worker has a repository of its own, since git refuses two writers; the index tells what was really done. */
function staging(name, { folder, small, env }, steps) {
  const repositories = [];
  const repositoryOf = (slot) => {
    if (repositories.length === 0) {
      for (let each = 0; each < AT_ONCE; each++) {
        repositories.push(join(folder, "writes", name, String(each)));
        copySmall(small, repositories[each], env);
      }
    }
    return repositories[slot];
  };
  return async (call, slot) => {
    const repo = repositoryOf(slot);
    const { stage, unstage } = steps(repo);
    const blob = blobOf(readFileSync(join(repo, EDITED_FILE)));
    await call(...stage);
    if (!isStaged(repo, blob)) throw new Error("said that it staged, and did not");
    await call(...unstage);
    if (isStaged(repo, blob)) throw new Error("said that it unstaged, and did not");
  };
}

function blobOf(content) {
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest();
}

function isStaged(repo, blob) {
  return readFileSync(join(repo, ".git/index")).includes(blob);
}
