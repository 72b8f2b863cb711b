import { describe, expect, test } from "vitest";
import * as z from "zod";
import { onTerminal } from "./on-terminal.ts";
import { person, type Person } from "./command-line.ts";

const command = (line: string, more: object = {}): object => ({ type: "command", command: line, ...more });
const group = (matcher: string | undefined, ...hooks: object[]): object => ({ matcher, hooks });

const GUARD = `if [[ $(cat) == *migrations* ]]; then echo "made by make" >&2; exit 2; fi`;
const HOME = {
  hooks: {
    PostToolUse: [group("Read", command("exit 3")), group("mcp__filesystem", command("true"))],
    PreToolUse: [group("Write|Edit", command(GUARD))],
    Stop: [{ hooks: [command("true"), { type: "prompt", prompt: "fine?" }] }],
  },
};
const EDIT = { edits: [{ oldText: "a", newText: "b" }] };

async function somebody(home: unknown = HOME, project?: unknown): Promise<Person> {
  const me = await person();
  await me.write(".config/plumbline/hooks.json", home);
  if (project !== undefined) await me.write("project/.plumbline/hooks.json", project);
  await me.write("project/a.ts", "a\n");
  await me.write("project/migrations/1.sql", "a\n");
  return me;
}

const reportSchema = z.object({
  files: z.array(z.looseObject({ file: z.string(), state: z.string(), problems: z.array(z.string()) })),
  handlers: z.array(
    z.looseObject({
      event: z.string(),
      status: z.string(),
      state: z.string(),
      runs: z.string(),
      problems: z.array(z.string()),
    }),
  ),
});

async function report(me: Person, ...args: string[]): Promise<z.output<typeof reportSchema>> {
  const { stdout, stderr } = await me.plumbline(["hooks", "status", "--json", ...args]);
  expect(stderr).toBe("");
  return reportSchema.parse(JSON.parse(stdout));
}

describe("plumbline hooks status", () => {
  test("shows first what waits for approval, then what is broken, then what runs", async () => {
    await using me = await somebody(HOME, {
      hooks: { SessionStart: [group(undefined, command("./go.sh"))] },
    });
    await me.write("project/.plumbline/hooks.local.json", "{\n  broken");
    await me.plumbline(["call", "filesystem", "read_file", '{"path":"a.ts"}']);
    const { code, stdout, stderr } = await me.plumbline(["hooks"]);
    expect([code, stderr]).toEqual([0, ""]);
    const lines = stdout.split("\n");
    expect(lines[0]).toBe(
      "[6 hooks: 1 waiting for approval, 1 broken, 3 running, 1 off; 1 file with errors]",
    );
    const titles = lines.filter((line) => /^[a-z]/u.test(line));
    expect(titles).toEqual([
      "waiting for approval: plumbline hooks trust",
      "broken",
      "running",
      "off",
      "files",
    ]);
    const text = stdout.slice(stdout.indexOf("\nbroken"), stdout.indexOf("\nrunning"));
    expect(text).toContain(
      `${me.project}/.plumbline/hooks.local.json  this copy's, not read\n    ! error, line 2`,
    );
    expect(text).toMatch(/PostToolUse +Read .*\n {4}\$ exit 3\n {4}! runs, and failed the last time\n/u);
    expect(text).toMatch(/Z filesystem\.read_file as Read: failed: exit code 3, [\d.]+ ms/u);
    const events = lines
      .slice(lines.indexOf("running"))
      .flatMap((line) => /^ {2}(\w+) /u.exec(line)?.[1] ?? []);
    expect(events).toEqual(["PreToolUse", "PostToolUse", "Stop", "Stop"]);
  });

  test("loses nothing of what is wrong with a file: not its groups, nor a handler that could not be read", async () => {
    await using me = await somebody({
      hooks: {
        PreToolUse: [
          group("mcp__filesystem", command("one")),
          group("(", command("two"), command("three", { onFailure: "block" })),
          group("Edit", { type: "comand", command: "four" }, command("five", { timeot: 5 })),
        ],
        PreTolUse: [group("Edit", command("six"))],
        SessionStart: [group(undefined, command("seven", { if: "Edit(*)" }))],
      },
    });
    const { files, handlers } = await report(me);
    expect(files[0]?.problems).toEqual([
      expect.stringContaining('line 1: "type" has to be one of'),
      expect.stringContaining("there is no event PreTolUse"),
    ]);
    expect(handlers).toMatchObject([
      { runs: "one", status: "runs", problems: [expect.stringContaining("write mcp__server__.*")] },
      {
        runs: "two",
        status: "broken",
        state: expect.stringContaining("never runs: its matcher is no valid"),
      },
      { runs: "three", status: "broken", state: expect.stringContaining("blocks every call: its matcher") },
      { runs: "five", status: "runs", problems: [expect.stringContaining('did you mean "timeout"')] },
      { runs: "seven", status: "broken", state: expect.stringContaining("the event is about no tool") },
    ]);
  });

  test("says that a script is not there, and what may only be forwarded", async () => {
    await using me = await somebody({
      hooks: { Stop: [group(undefined, command("bash /nowhere/go.sh", { async: true }))] },
    });
    expect((await report(me)).handlers).toMatchObject([
      {
        status: "runs",
        state: "runs when the client forwards this event by hook_event, not waited for",
        problems: ["its script /nowhere/go.sh is not there"],
      },
    ]);
  });

  test("says where hooks would stand when there are none", async () => {
    await using me = await person();
    const { code, stdout } = await me.plumbline(["hooks", "status"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\[no hooks\]\n\nfiles\n {2}\/.*\/hooks\.json {2}yours, not there\n/u);
  });

  test("shows one event, and knows a word that was meant otherwise", async () => {
    await using me = await somebody();
    expect((await report(me, "Stop")).handlers.map(({ event }) => event)).toEqual(["Stop", "Stop"]);
    expect((await report(me, "OnMessage")).handlers).toEqual([]);
    for (const [word, meant] of [
      ["stats", "status"],
      ["PreTolUse", "PreToolUse"],
    ])
      expect(await me.plumbline(["hooks", word ?? ""])).toMatchObject({
        code: 2,
        stderr: `plumbline: there is no event "${word}"; did you mean ${meant}?\n`,
      });
  });

  test("obeys nothing that a hook file says", async () => {
    await using me = await somebody({
      hooks: { PreToolUse: [group("a\u001b[2J|b", command("echo \u202E\u001b[31m\nx"))] },
    });
    const { stdout } = await me.plumbline(["hooks"]);
    expect(stdout).not.toMatch(/[^\n\P{C}]/u);
    expect(stdout).toContain(String.raw`echo \u{202e}\u{1b}[31m\u{a}x`);
  });

  test.runIf(onTerminal !== undefined)("has colours and short lines on a terminal only", async () => {
    await using me = await somebody({
      hooks: { PreToolUse: [group("Edit", command(`echo ${"x".repeat(200)}`))] },
    });
    const shown = await onTerminal?.(me, "hooks");
    expect(shown?.output).toContain("\u001b[32mrunning\u001b[0m");
    expect(shown?.output).toMatch(/\n {4}\$ echo x+…\r\n/u);
    const plain = await onTerminal?.(me, "hooks", { env: { NO_COLOR: "1" } });
    expect(plain?.output).not.toContain("\u001b");
  });
});

describe("plumbline hooks test", () => {
  const tested = (me: Person, ...args: string[]) => me.plumbline(["hooks", "test", ...args]);
  const edit = (path: string): string[] => [
    "--tool",
    "edit_file",
    "--input",
    JSON.stringify({ path, ...EDIT }),
  ];

  test("tells what would run and why not the others, and runs nothing", async () => {
    await using me = await somebody(HOME, {
      hooks: { PreToolUse: [group("Edit", command("touch ran")), group("Bash", command("no"))] },
    });
    const { code, stdout } = await tested(me, "PreToolUse", ...edit("migrations/1.sql"));
    expect(code).toBe(0);
    expect(stdout.split("\n").map((line) => line.replaceAll(/ {2,}/gu, " | "))).toEqual([
      "fires | hook | why",
      expect.stringMatching(/^would run \| .*hooks\.json:1 \| as Edit$/u),
      "waits | .plumbline/hooks.json:1 | nobody approved it: plumbline hooks trust (as Edit)",
      expect.stringMatching(
        /^no \| .*:1 \| matcher "Bash" selects none of mcp__filesystem__edit_file, .*, Edit$/u,
      ),
      "Nothing was run; --run runs what is approved.",
      "",
    ]);
  });

  test("runs what is approved on request, and fails when that denies", async () => {
    await using me = await somebody();
    const denied = await tested(me, "PreToolUse", "--run", ...edit("migrations/1.sql"));
    expect(denied).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/\ntogether: deny, .*made by make\n$/u),
    });
    const fine = await tested(me, "PreToolUse", "--run", ...edit("a.ts"));
    expect(fine).toMatchObject({ code: 0, stdout: expect.stringContaining("\ntogether: no objection\n") });
    const failed = await tested(
      me,
      "PostToolUse",
      "--run",
      "--tool",
      "mcp__filesystem__read_file",
      "--input",
      '{"path":"a.ts"}',
    );
    expect(failed).toMatchObject({ code: 0, stdout: expect.stringContaining(": failed\n  exit code 3\n") });
  });

  test("tells a hook what its event always tells, and takes names that only matchers know", async () => {
    await using me = await somebody({
      hooks: {
        SessionStart: [
          group("startup", command("python3 -c 'import json,sys; print(json.load(sys.stdin)[\"source\"])'")),
        ],
        PostToolUse: [
          group(
            "Edit",
            command(
              `node -e 'console.log(JSON.parse(require("fs").readFileSync(0)).tool_response.success)' >&2; exit 2`,
            ),
          ),
        ],
        PreToolUse: [group("Bash", command("true"))],
      },
    });
    expect((await tested(me, "SessionStart", "--run")).stdout).toContain("for the model: startup");
    expect((await tested(me, "PostToolUse", "--run", ...edit("a.ts"))).stdout).toContain("true");
    const bash = await tested(me, "PreToolUse", "--tool", "Bash", "--input", '{"command":"ls"}', "--json");
    expect(JSON.parse(bash.stdout)).toMatchObject({
      selected: [{ as: "Bash", payload: { tool_name: "Bash", tool_input: { command: "ls" } } }],
    });
    expect((await tested(me, "PreToolUse", "--tool", "mcp__other__thing")).stdout).toContain(
      'does not select "mcp__other__thing"',
    );
  });

  test("says in one line what is wrong with what it was given", async () => {
    await using me = await somebody();
    const cases: readonly (readonly [string[], string])[] = [
      [["PreTolUse"], 'there is no event "PreTolUse"; did you mean PreToolUse?'],
      [["PreToolUse"], "PreToolUse is about a tool; add one: --tool edit_file, or --tool Bash"],
      [["PreToolUse", "--tool", "edit_fil"], 'there is no tool "edit_fil"; did you mean "edit_file"?'],
      [
        ["PreToolUse", "--tool", "Bash", "--input", "{"],
        "--input is no JSON, at 1:2: the file ends too early",
      ],
      [
        ["PreToolUse", "--tool", "Bash", "--input", "[]"],
        `--input takes a JSON object, such as '{"path":"a.ts"}'`,
      ],
      [["\u001b[2J"], String.raw`there is no event "\u{1b}[2J"; PreToolUse is one`],
    ];
    for (const [args, said] of cases)
      expect(await tested(me, ...args)).toEqual({ code: 2, stdout: "", stderr: `plumbline: ${said}\n` });
  });
});

test("plumbline doctor counts hooks, names the shell, and the command that helps", async () => {
  await using me = await somebody({}, { hooks: { Stop: [group(undefined, command("true"))] } });
  const { code, stdout } = await me.plumbline(["doctor"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^note +hooks +0 running, 1 waiting for approval; commands are run by bash\. This mends it: plumbline hooks trust$/mu,
  );
});
