import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { freshRecord, type Answer, type CallRecord } from "../../shared/call.ts";
import type { Caller } from "../../shared/caller.ts";
import { person } from "../support/calls.ts";
import type { Hooked } from "../support/hooked.ts";

export const LANGUAGES = ["bash", "python", "node"] as const;
export type Language = (typeof LANGUAGES)[number];

/** What a script does for one case; exit code 0 and silence when nothing is said. */
export interface Act {
  readonly out?: string | Uint8Array;
  readonly err?: string;
  readonly code?: number | "kill" | "hang";
}

/**
 * One and the same hook: it reads its payload as JSON, takes the case from the name of the file that the call is about
 * (or from the field `case`), and does what is written down for it; nothing for a file that it does not know.
 */
const SOURCES: Readonly<Record<Language, string>> = {
  bash: `#!/usr/bin/env bash
input=$(cat)
[[ $input =~ \\"(file_path|case)\\":\\"([^\\"]*)\\" ]] || exit 0
name=\${BASH_REMATCH[2]##*/}
here=\${BASH_SOURCE[0]%/*}/cases/\${name%.*}
[[ -d $here ]] || exit 0
cat "$here/err" >&2
cat "$here/out"
code=$(<"$here/code")
case $code in
  kill) kill -9 $$ ;;
  hang) sleep 60 ;;
  *) exit "$code" ;;
esac
`,
  python: `#!/usr/bin/env python3
import json, os, sys, time
told = json.load(sys.stdin)
about = told.get("case") or told.get("tool_input", {}).get("file_path", "")
name = os.path.splitext(os.path.basename(about))[0]
here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases", name)
if not name or not os.path.isdir(here):
    sys.exit(0)
sys.stderr.write(open(here + "/err").read())
sys.stdout.buffer.write(open(here + "/out", "rb").read())
sys.stdout.flush()
code = open(here + "/code").read()
if code == "kill":
    os.kill(os.getpid(), 9)
if code == "hang":
    time.sleep(60)
sys.exit(int(code))
`,
  node: `#!/usr/bin/env node
const { existsSync, readFileSync, writeSync } = require("node:fs");
const { basename, join } = require("node:path");
const told = JSON.parse(readFileSync(0, "utf8"));
const about = told.case ?? told.tool_input?.file_path ?? "";
const here = join(__dirname, "cases", basename(about).replace(/\\.[^.]*$/, ""));
if (about === "" || !existsSync(here + "/code")) process.exit(0);
const all = (to, bytes) => { for (let at = 0; at < bytes.length; at += writeSync(to, bytes, at)); };
all(2, readFileSync(here + "/err"));
all(1, readFileSync(here + "/out"));
const code = readFileSync(here + "/code", "utf8");
if (code === "kill") process.kill(process.pid, "SIGKILL");
if (code === "hang") setTimeout(() => {}, 60_000);
else process.exitCode = Number(code);
`,
};

const NAMES: Readonly<Record<Language, string>> = { bash: "hook.sh", python: "hook.py", node: "hook.cjs" };

/** The command of the script in this language, as hook files name it: beside the root. */
export function scriptIn(language: Language): string {
  return `"$CLAUDE_PROJECT_DIR"/../scripts/${NAMES[language]}`;
}

/** Writes the scripts in all languages, and what they do in each case. */
export async function writeScripts(
  { root }: Pick<Hooked, "root">,
  acts: Readonly<Record<string, Act>>,
): Promise<void> {
  const folder = join(dirname(root), "scripts");
  for (const [name, { out = "", err = "", code = 0 }] of Object.entries(acts)) {
    const here = join(folder, "cases", name);
    await mkdir(here, { recursive: true });
    await writeFile(join(here, "out"), out);
    await writeFile(join(here, "err"), err);
    await writeFile(join(here, "code"), String(code));
  }
  for (const language of LANGUAGES) {
    const path = join(folder, NAMES[language]);
    await mkdir(folder, { recursive: true });
    await writeFile(path, SOURCES[language]);
    await chmod(path, 0o755);
  }
}

type Answered = Extract<Answer, { kind: "answer" }>;

interface CallOptions {
  readonly input: unknown;
  /** Takes the call back. */
  readonly signal?: AbortSignal;
  /** Runs when policy lets the call through, before its tool. */
  readonly whenAllowed?: () => void;
  readonly caller?: Partial<Caller>;
}

/** One call through every stage, of a client that cannot ask. */
export async function answerOf(
  { suite }: Pick<Hooked, "suite">,
  name: string,
  { input, signal = new AbortController().signal, whenAllowed, caller }: CallOptions,
): Promise<Answered & { readonly text: string }> {
  const endpoint = suite.servers.flatMap(({ endpoints }) => endpoints).find(({ tool }) => tool.name === name);
  if (endpoint === undefined) throw new Error(`no tool ${name}`);
  const answer = await endpoint.call(input, {
    id: "call-1",
    trace: "trace-1",
    caller: { ...person, canAsk: false, ...caller },
    signal,
    log: (level, message) => void (level === "error" && console.error(message)),
    report: () => {},
    record: watched(freshRecord(endpoint.tool, input), whenAllowed),
  });
  if (answer.kind === "question") throw new Error("asked a client that cannot ask");
  const text = answer.parts.map((part) => (part.type === "text" ? part.text : `<${part.type}>`)).join("\n");
  return { ...answer, text };
}

function watched(record: CallRecord, whenAllowed: (() => void) | undefined): CallRecord {
  let { decision } = record;
  return Object.defineProperty(record, "decision", {
    get: () => decision,
    set(value: CallRecord["decision"]) {
      decision = value;
      if (value === "allowed") whenAllowed?.();
    },
  });
}

/** What the record says of the newest run of the only handler, and by whom it was selected. */
export async function lastRun({ suite }: Pick<Hooked, "suite">): Promise<string> {
  const { handlers } = await suite.hooks.report();
  const runs = handlers.flatMap(({ last }) => last);
  const newest = runs.toSorted((a, b) => b.time.localeCompare(a.time))[0];
  return newest === undefined
    ? ""
    : `${newest.event} ${newest.subject} as ${newest.matched}: ${newest.result}`;
}

/** The texts behind `[hook <file>:<line>]`, whose file is another in each run. */
export function saidIn(text: string): string[] {
  const lines = text.split("\n").filter((line) => line.includes("[hook "));
  return lines.map((line) => line.replace(/^.*\[hook [^\]]*\] /u, ""));
}
