import { expect, test } from "vitest";
import { hookDepth, hookEnvironment } from "../../../hooks/run/hook-environment.ts";

test("holds the handler's folder, its event, a few variables and those that the person listed", () => {
  const env = {
    TERM: "xterm",
    https_proxy: "http://proxy:1",
    NO_PROXY: "*",
    PATH: ".:/bin",
    MINE: "1",
    EMPTY: "",
    GITHUB_TOKEN: "secret",
    CLAUDE_PROJECT_DIR: "/elsewhere",
    PLUMBLINE_HTTP_TOKEN: "secret",
    plumbline_state_dir: "/state",
    PLUMBLINE_ROOT: "/elsewhere",
  };
  const extra = ["MINE", "EMPTY", "UNSET", "PATH", "CLAUDE_PROJECT_DIR"];
  const ours = ["PLUMBLINE_HTTP_TOKEN", "plumbline_state_dir", "PLUMBLINE_ROOT"];
  const about = { root: "/work", event: "PreToolUse", tool: "filesystem.write_file", env };
  expect(hookEnvironment({ ...about, extra: [...extra, ...ours] })).toEqual({
    TERM: "xterm",
    https_proxy: "http://proxy:1",
    NO_PROXY: "*",
    MINE: "1",
    EMPTY: "",
    CLAUDE_PROJECT_DIR: "/work",
    PLUMBLINE_PROJECT_DIR: "/work",
    PLUMBLINE_HOOK_EVENT: "PreToolUse",
    PLUMBLINE_TOOL: "filesystem.write_file",
    PLUMBLINE_HOOK_DEPTH: "1",
  });
});

test("has no tool where the event is about none", () => {
  const env = hookEnvironment({
    root: "/work",
    event: "SessionStart",
    extra: ["PLUMBLINE_TOOL"],
    env: { PLUMBLINE_TOOL: "x" },
  });
  expect(env).not.toHaveProperty("PLUMBLINE_TOOL");
});

test("counts how deep we are inside of hooks", () => {
  const depths = ["0", "1", "7", "", "-1", "1e3", "x", undefined].map((depth) =>
    hookDepth({ PLUMBLINE_HOOK_DEPTH: depth }),
  );
  expect(depths).toEqual([0, 1, 7, 0, 0, 0, 0, 0]);
  const inner = hookEnvironment({ root: "/", event: "Stop", extra: [], env: { PLUMBLINE_HOOK_DEPTH: "1" } });
  expect(hookDepth(inner)).toBe(2);
});
