import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { approve } from "../support/hook-attack.ts";
import { deciding, hooked, on, printing, type Hooked, type HookGroup } from "../support/hooked.ts";
import { answerOf, lastRun, saidIn } from "./scripted.ts";

const WRITE = { input: { path: "a.txt", content: "mine" } };
const DENY = JSON.stringify({ decision: "block", reason: "seen" });

/** A script in the project's folder of hooks, and one whose path holds spaces and what a shell would run. */
async function withScripts(here: Hooked): Promise<void> {
  const folders = ["hooks", "with space/$(touch pwned)"];
  for (const folder of folders) {
    const path = join(here.root, folder, "guard.sh");
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `#!/bin/sh\ncat > /dev/null\necho "seen $*" >&2\nexit 2\n`);
    await chmod(path, 0o755);
  }
  await writeFile(
    join(here.root, "hooks/plain.py"),
    "import sys\nprint('seen', file=sys.stderr)\nsys.exit(2)\n",
  );
}

/** Ways to write a command that public configurations use; each denies with `seen`. */
const SPELLINGS: Readonly<
  Record<string, readonly [command: string, more?: Readonly<Record<string, unknown>>]>
> = {
  "the project's folder in quotes": ['"$CLAUDE_PROJECT_DIR"/hooks/guard.sh'],
  "the project's folder in braces and quotes": ['"${CLAUDE_PROJECT_DIR}/hooks/guard.sh"'],
  "the project's folder without quotes": ["$CLAUDE_PROJECT_DIR/hooks/guard.sh"],
  "a path from where the hook works": ["./hooks/guard.sh"],
  "a path without a dot": ["hooks/guard.sh"],
  "a script given to its interpreter": ['sh "$CLAUDE_PROJECT_DIR/hooks/guard.sh"'],
  "a script given to Python": ["python3 hooks/plain.py"],
  "an argument": ["./hooks/guard.sh --strict"],
  "a path with a space and worse": ["'with space/$(touch pwned)/guard.sh'"],
  "the home folder": ['[ ~ = "$HOME" ] && echo seen >&2 && exit 2'],
  "a pipeline with jq": [`jq -r '.tool_input.file_path' | { read -r f; echo "seen $f" >&2; exit 2; }`],
  "jq alone that prints JSON": [`jq -c '{decision: "block", reason: ("seen " + .tool_name)}'`],
  "bash -c": [`bash -c 'input=$(cat); [[ $input == *a.txt* ]] && { echo seen >&2; exit 2; }'`],
  "brackets that only bash knows": ['f=$(cat); [[ "$f" =~ a\\.txt ]] && echo seen >&2 && exit 2'],
  "a here-document": ["cat > /dev/null; cat >&2 <<'END'\nseen\nEND\nexit 2"],
  "several lines": ['read -r line\nif [ -n "$line" ]; then\n  echo seen >&2\n  exit 2\nfi\n'],
  "a line that begins like a script": ["#!/bin/bash\necho seen >&2\nexit 2"],
  "node -e": [
    `node -e 'let t="";process.stdin.on("data",d=>t+=d).on("end",()=>{console.error("seen",JSON.parse(t).tool_name);process.exit(2)})'`,
  ],
  "no shell": ["./hooks/guard.sh", { args: [] }],
  "no shell, and the project's folder": ["${CLAUDE_PROJECT_DIR}/hooks/guard.sh", { args: ["--all"] }],
  "no shell, and arguments that a shell would run": [
    "./hooks/guard.sh",
    { args: ["$(touch pwned)", "`id`"] },
  ],
  "a program that reads nothing": ["exec <&-; echo seen >&2; exit 2"],
  "a program that reads one byte": ["head -c 1 > /dev/null; echo seen >&2; exit 2"],
  "a byte order mark": [`printf '\\xef\\xbb\\xbf%s' '${DENY}'`],
  "a child that lives on": [`sleep 60 & printf '%s' '${DENY}'`],
  "a child that lives on and holds the output": [`(trap "" TERM; sleep 60) & echo seen >&2; exit 2`],
  "a flood on standard error": ["echo seen >&2; head -c 3000000 /dev/zero >&2; exit 2"],
};

test.each(Object.entries(SPELLINGS))("a command with %s runs", async (_what, [command, more]) => {
  await using here = await hooked({ home: { PreToolUse: [on("Write", command, more)] } });
  await withScripts(here);
  // scripts of the project wait for a yes, whoever names them
  await approve(here);
  const answer = await answerOf(here, "write_file", WRITE);
  expect(answer.error, answer.text).toBe("denied");
  expect(saidIn(answer.text).join()).toContain("seen");
  expect(await lastRun(here)).toContain(": deny");
  expect(existsSync(join(here.root, "a.txt"))).toBe(false);
  expect(existsSync(join(here.root, "pwned"))).toBe(false);
  expect(leftOver(here.root)).toEqual([]);
});

/** Processes that still work in this folder. */
function leftOver(root: string): string[] {
  const all = execFileSync("sh", ["-c", "ls -l /proc/[0-9]*/cwd 2>/dev/null || true"], { encoding: "utf8" });
  return all.split("\n").filter((line) => line.includes(root));
}

/** Hooks that come to nothing, and how the record says so. */
const ODD: Readonly<Record<string, readonly [command: string, result: string]>> = {
  "binary output": ["head -c 5000 /dev/urandom", ": ok"],
  "an answer and then no end": [`printf '%s' '${DENY}'; sleep 60`, "failed: still running at its time limit"],
  "half an answer and then no end": [
    `printf '{"decision":'; sleep 60`,
    "failed: still running at its time limit",
  ],
  "an end by its own signal": ["kill -TERM $$", "failed: ended by a signal"],
  "all streams closed at once": ["exec <&- >&- 2>&-", ": ok"],
  "all streams closed and then no end": [
    "exec <&- >&- 2>&-; sleep 60",
    "failed: still running at its time limit",
  ],
  "children that never end": ["sleep 60 & sleep 60 & wait", "failed: still running at its time limit"],
  "a flood without end": ["yes", "failed: still running at its time limit"],
  "a line that does not parse": ["if [ -f x ; then", "failed: exit code 2"],
  "a variable that does not exist": ['cat "$CLAUDE_TOOL_FILE_PATH"', "failed: exit code 1"],
};

test.each(Object.entries(ODD))("a hook with %s", async (_what, [command, result]) => {
  await using here = await hooked({ home: { PreToolUse: [on("Write", command, { timeout: 0.4 })] } });
  const answer = await answerOf(here, "write_file", WRITE);
  if (result !== "failed: exit code 2") {
    expect(answer.error, answer.text).toBeUndefined();
    expect(await lastRun(here)).toContain(result);
  } else {
    // bash ends with 2 for a line that it cannot read, which is how a hook says no
    expect(answer.error).toBe("denied");
    expect(answer.text).toContain("syntax error");
  }
  expect(leftOver(here.root)).toEqual([]);
});

describe("two hooks that disagree", () => {
  const says: Readonly<Record<string, string>> = {
    allow: deciding("allow", { permissionDecisionReason: "fine" }),
    ask: deciding("ask", { permissionDecisionReason: "sure?" }),
    deny: deciding("deny", { permissionDecisionReason: "no" }),
    defer: deciding("defer"),
    exit2: "echo no >&2; exit 2",
    stop: printing({ continue: false, stopReason: "enough" }),
    silent: "cat > /dev/null",
    fails: "exit 1",
  };
  const STRONGER = ["stop", "deny", "exit2", "ask", "defer", "allow", "silent", "fails"];
  const pairs = Object.keys(says).flatMap((one) => Object.keys(says).map((other) => [one, other] as const));

  function wanted(one: string, other: string): string {
    const [first = ""] = [one, other].toSorted((a, b) => STRONGER.indexOf(a) - STRONGER.indexOf(b));
    if (first === "ask") return "asks";
    return ["stop", "deny", "exit2"].includes(first) ? "denies" : "lets through";
  }

  test("come to the same, whichever stands first or ends first", async () => {
    await using here = await hooked();
    const seen: Record<string, unknown> = {};
    const expected: Record<string, unknown> = {};
    for (const [index, [one, other]] of pairs.entries()) {
      const late = (name: string, isLate: boolean): HookGroup =>
        on("Write", `${isLate ? "sleep 0.03; " : ""}${says[name]} # ${index} ${isLate}`);
      const groups = [late(one, index % 2 === 0), late(other, index % 2 === 1)];
      await here.put("../home/config/hooks.json", JSON.stringify({ hooks: { PreToolUse: groups } }));
      const path = `${index}.txt`;
      const { error, stop, text } = await answerOf(here, "write_file", { input: { path, content: "x" } });
      const did = text.includes("this client cannot ask") ? "asks" : "denies";
      const name = `${one} ${other}`;
      seen[name] = [
        error === undefined ? "lets through" : did,
        stop !== undefined,
        existsSync(join(here.root, path)),
      ];
      const is = wanted(one, other);
      expected[name] = [is, one === "stop" || other === "stop", is === "lets through"];
    }
    expect(seen).toEqual(expected);
  });

  test("about the arguments: the last one configured counts, however late the first ends", async () => {
    const rewriting = (content: string): string =>
      printing({
        hookSpecificOutput: {
          hookEventName: "PreToolUse",
          updatedInput: { file_path: "a.txt", content },
        },
      });
    await using here = await hooked({
      home: { PreToolUse: [on("Write", `sleep 0.2; ${rewriting("first")}`), on("Write", rewriting("last"))] },
    });
    await answerOf(here, "write_file", WRITE);
    expect(await here.read("a.txt")).toBe("last");
  });

  test("about the answer: every word stays, in configuration order", async () => {
    const context = (words: string): string =>
      printing({ hookSpecificOutput: { hookEventName: "PostToolUse", additionalContext: words } });
    await using here = await hooked({
      home: {
        PostToolUse: [
          on("Write", `sleep 0.2; ${context("one")}`),
          on("Write", "echo two >&2; exit 2"),
          on("Write", context("three")),
        ],
      },
    });
    const said = saidIn((await answerOf(here, "write_file", WRITE)).text);
    expect(said).toEqual(["one", "(after the call, which was done already) two", "three"]);
  });
});
