import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scriptsNamed } from "../../../hooks/trust/scripts-named.ts";
import { shellWords } from "../../../hooks/trust/shell-words.ts";
import type { Handler } from "../../../hooks/handler.ts";
import { handlerOf } from "./support.ts";

const GROUND = { root: "/p", home: "/h" };

function named(command: string, more: Partial<Handler> = {}): ReturnType<typeof scriptsNamed> {
  return scriptsNamed(handlerOf({ command, ...more }), GROUND);
}

/** What counts even while it is absent. */
function surely(command: string, more: Partial<Handler> = {}): string[] {
  return named(command, more)
    .candidates.filter(({ counts }) => counts === "always")
    .map(({ path }) => path);
}

function possibly(command: string, more: Partial<Handler> = {}): string[] {
  return named(command, more).candidates.map(({ path }) => path);
}

describe("the script of a command is found", () => {
  test.each([
    ["./check.sh", "/p/check.sh"],
    [".hooks/check", "/p/.hooks/check"],
    ["/srv/check", "/srv/check"],
    ["~/check", "/h/check"],
    ["bash check", "/p/check"],
    ["bash -eu check.sh now", "/p/check.sh"],
    ["sh ./check.sh", "/p/check.sh"],
    ['"$CLAUDE_PROJECT_DIR"/.claude/check.sh', "/p/.claude/check.sh"],
    ['"${CLAUDE_PROJECT_DIR}/a b/check.sh"', "/p/a b/check.sh"],
    ['"${CLAUDE_PROJECT_DIR:-.}/check.sh"', "/p/check.sh"],
    ["$PLUMBLINE_PROJECT_DIR/check.sh", "/p/check.sh"],
    ["$HOME/bin/check", "/h/bin/check"],
    ['"$PWD"/check', "/p/check"],
    ["$(git rev-parse --show-toplevel)/check.py", "/p/check.py"],
    ['python3 "$(git rev-parse --show-toplevel 2>/dev/null || pwd)/check.py"', "/p/check.py"],
    ["`pwd`/check.py", "/p/check.py"],
    ["node hooks/check.js", "/p/hooks/check.js"],
    ["node hooks/check", "/p/hooks/check"],
    ["/usr/bin/env node hooks/check.mjs", "/p/hooks/check.mjs"],
    ["env -u NODE_OPTIONS FOO=1 python3 hooks/check.py", "/p/hooks/check.py"],
    ["FOO=1 BAR='x y' ./check.sh", "/p/check.sh"],
    ["timeout 30 ./check", "/p/check"],
    ["timeout -k 5s 30s bash check.sh", "/p/check.sh"],
    ["nice -n 10 nohup bash ./check.sh &", "/p/check.sh"],
    ["npx -y tsx hooks/check.ts", "/p/hooks/check.ts"],
    ["uv run --with requests hooks/check.py", "/p/hooks/check.py"],
    ["bun run ./check.ts", "/p/check.ts"],
    ["deno run -A check.ts", "/p/check.ts"],
    ["source ./env.sh", "/p/env.sh"],
    [". ./env.sh; true", "/p/env.sh"],
    ["exec ./check", "/p/check"],
    ["if [ -f check.sh ]; then ./check.sh; fi", "/p/check.sh"],
    ["test -x ./a && ./a || ./b", "/p/b"],
    ["! ./check", "/p/check"],
    ["(cd sub && ./check)", "/p/sub/check"],
    ['cd "$CLAUDE_PROJECT_DIR/sub"; node check.js', "/p/sub/check.js"],
    ["make -C sub lint; cd sub; sh x", "/p/sub/x"],
    ["cat | ./filter", "/p/filter"],
    ["x=$(./inner --a)", "/p/inner"],
    ['echo "$(./inner "$(./deeper)")"', "/p/deeper"],
    ["echo `./inner`", "/p/inner"],
    ["bash < check", "/p/check"],
    ["bash -c './check.sh --now'", "/p/check.sh"],
    [`bash -lc 'cd sub && "./check it"'`, "/p/sub/check it"],
    [`sh -c "bash -c './check'"`, "/p/check"],
    ["eval './check'", "/p/check"],
    ["DIR=hooks; bash $DIR/check.sh", "/p/hooks/check.sh"],
    ['DIR="$CLAUDE_PROJECT_DIR/hooks"\n"$DIR/check.sh"', "/p/hooks/check.sh"],
    ["# it's off: bash old.sh\nbash new.sh", "/p/new.sh"],
    ["2>/dev/null ./check", "/p/check"],
    ["> log ./check", "/p/check"],
    ["./che\\ck", "/p/check"],
    ["./ch''ec\"k\"", "/p/check"],
    ["bash \\\n  ./check", "/p/check"],
    ["while read -r f; do ./check $f; done", "/p/check"],
    ["{ ./check; }", "/p/check"],
    [".venv/bin/python hooks/check.py", "/p/hooks/check.py"],
    [".venv/bin/python hooks/check.py", "/p/.venv/bin/python"],
    ["./a/../b/check", "/p/a/../b/check"],
    [".//./check", "/p/check"],
  ])("in %s", (command, path) => expect(surely(command)).toContain(path));

  test.each([
    ["node -r ./setup.js main", "/p/main"],
    ["node -r ./setup main.js", "/p/setup.js"],
    ["node --import=./hook.mjs main.js", "/p/hook.mjs"],
    ["node .", "/p/package.json"],
    ["node hooks", "/p/hooks/index.js"],
    ["node hooks/check", "/p/hooks/check.js"],
    ["node -e \"require('./hooks/check.js')\"", "/p/hooks/check.js"],
    ["node -e \"require('./hooks/check')\"", "/p/hooks/check.js"],
    ["python3 -c \"exec(open('hooks/x.py').read())\"", "/p/hooks/x.py"],
    ["python3 -m hooks.check", "/p/hooks/check.py"],
    ["python3 -mhooks", "/p/hooks/__main__.py"],
    ["find . -name '*.ts' -exec bash fix {} \\;", "/p/fix"],
    ["git ls-files | xargs -n 1 bash fix", "/p/fix"],
    ["cat check.sh | bash", "/p/check.sh"],
    ["for f in a.sh b.sh; do bash $f; done", "/p/b.sh"],
    ["runner gate", "/p/gate"],
    ["npm run lint", "/p/package.json"],
    ["cd web && yarn lint", "/p/web/package.json"],
    ["npm --prefix web run lint", "/p/web/package.json"],
    ["make lint", "/p/Makefile"],
    ["just lint", "/p/justfile"],
    ["prettier --plugin=./plugin.js x", "/p/plugin.js"],
    ["env -S 'bash ./check.sh'", "/p/check.sh"],
    ["bash <<EOF\n./check.sh\nEOF", "/p/check.sh"],
    ["bash '~/check.sh'", "/p/~/check.sh"],
    ["pwsh -File hooks/check.ps1", "/p/hooks/check.ps1"],
  ])("as one that counts when it is there, in %s", (command, path) =>
    expect(possibly(command)).toContain(path),
  );

  test("without a shell, each argument as it is", () => {
    expect(surely("bash", { args: ["my script.sh", "$(x)"] })).toEqual(["/p/my script.sh"]);
    expect(surely("${CLAUDE_PROJECT_DIR}/run it", { args: [] })).toEqual(["/p/run it"]);
    expect(surely("node", { args: ["$CLAUDE_PROJECT_DIR/a.js", "b.json"] })).toEqual(["/p/a.js"]);
    expect(surely("sh", { args: ["-c", "./a && ./b"] })).toEqual(["/p/a", "/p/b"]);
  });

  test("in PowerShell's words", () => {
    const shell = "powershell";
    expect(surely("& .\\hooks\\check.ps1", { shell })).toEqual(["/p/hooks/check.ps1"]);
    expect(surely('& "$env:CLAUDE_PROJECT_DIR\\check.ps1"', { shell })).toEqual(["/p/check.ps1"]);
  });
});

describe("what is no script of a command", () => {
  test.each([
    "prettier --write src",
    "jq -r '.tool_input.file_path // empty'",
    "cat",
    "echo done; exit 2",
    "npx eslint --fix",
    "curl -s https://example.org/x.sh",
    "/usr/bin/python3 --version",
    "bash /dev/stdin",
    "exit 0",
    "",
  ])("is not counted while it is absent: %s", (command) => expect(surely(command)).toEqual([]));

  test("are programs of the system, unless the project lies among them", () => {
    expect(possibly("/usr/bin/node /opt/tool/x.js")).toEqual([]);
    const list = scriptsNamed(handlerOf({ command: "bash /opt/app/x.sh" }), { root: "/opt/app", home: "/h" });
    expect(list.candidates).toEqual([{ path: "/opt/app/x.sh", counts: "always" }]);
    expect(possibly("bash /usr/../p/x.sh")).toEqual(["/usr/../p/x.sh"]);
    const others = { root: "/p", roots: ["/opt/b"], home: "/h" };
    expect(scriptsNamed(handlerOf({ command: "bash /opt/b/x" }), others).candidates[0]?.path).toBe(
      "/opt/b/x",
    );
  });

  test("are those of handlers that run no command", () => {
    expect(
      scriptsNamed(handlerOf({ type: "http", url: "http://localhost/x.sh" }), GROUND).candidates,
    ).toEqual([]);
  });
});

test("what only the shell finds out is told, and not taken for a file", () => {
  expect(named('bash "$DIR/check.sh"')).toMatchObject({ unfollowed: ["$DIR/check.sh"] });
  expect(named('"$(dirname "$0")/check.sh"').unfollowed).toEqual(["/check.sh"]);
  expect(named("bash hooks/*.sh").unfollowed).toEqual(["hooks/*.sh"]);
  expect(named('cd "$SOMEWHERE" && ./x.sh').unfollowed).toEqual(["$SOMEWHERE"]);
  expect(named("D=a/b; [ $1 ] && D=c/d; bash $D/x.sh").unfollowed).toEqual(["D=c/d"]);
  expect(surely('bash "$DIR/check.sh"')).toEqual([]);
  expect(named('prettier --write "$FILE"').unfollowed).toEqual([]);
});

test("a command that names very many files, or is very long, is told from one that is not", () => {
  expect(named("./a.sh; ".repeat(1_000)).isFull).toBe(false);
  expect([named("x".repeat(65_536)).isFull, named("x".repeat(65_537)).isFull]).toEqual([false, true]);
  expect(named(Array.from({ length: 1_000 }, (_, index) => `./${index}.sh`).join(";")).isFull).toBe(true);
  expect(named(Array.from({ length: 20 }, (_, index) => `cd f${index}`).join(";")).isFull).toBe(true);
});

describe("for every text", () => {
  const pieces = fc.constantFrom(
    ..."'\"`\\$(){}[]<>|;&#~ \n\t=-+./*?!".split(""),
    "bash ",
    "-c ",
    "cd ",
    "$(",
    "${",
    "${X:-",
    "$'",
    "eval ",
    "a.sh",
    "../",
    "X=",
    "\0",
    "\uD800",
    "ü",
    "<<EOF\n",
  );
  const lines = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.array(pieces).map((all) => all.join("")),
  );

  test("an answer of absolute paths comes, the same each time", () => {
    fc.assert(
      fc.property(lines, fc.option(fc.array(lines), { nil: undefined }), (command, args) => {
        const more = args === undefined ? {} : { args };
        const { candidates, unfollowed } = named(command, more);
        for (const { path } of candidates) expect(path).toMatch(/^(?:\/|[a-z]:)/iu);
        expect(candidates.every(({ path }) => !path.includes("\0"))).toBe(true);
        expect({ candidates, unfollowed }).toEqual({
          candidates: named(command, more).candidates,
          unfollowed: named(command, more).unfollowed,
        });
      }),
    );
  });

  test("a script after it, in a command of its own, is found when its quotes are even", () => {
    const word = fc.stringMatching(/^[a-z./=$ -]{0,20}$/u);
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(
          possibly(`${words.join(" ; ")}\n./the-script.sh`).some((path) => path.endsWith("/the-script.sh")),
        ).toBe(true);
      }),
    );
  });

  test("a quoted path comes out as it went in", () => {
    const path = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
      .filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(path, (text) => {
        const [, word] = shellWords(`bash '${text.replaceAll("'", String.raw`'\''`)}'`, () => undefined);
        expect(word?.text).toBe(text);
      }),
    );
  });

  test.each([
    "$(",
    "`",
    "(",
    "${",
    "${a:-",
    "$'",
    '"',
    "'",
    "\\",
    "bash -c '",
    "<",
    "a=",
    "./a ",
    "$(pwd ",
    "#",
    "~/",
    "/./",
    "{",
    "cd a;",
    "\n",
  ])("%j over and over takes no longer than its length", (piece) => {
    const start = performance.now();
    named(piece.repeat(65_536 / piece.length));
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
