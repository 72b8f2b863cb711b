import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lintCommand } from "../../../hooks/config/lint-command.ts";

describe("any command line", () => {
  test("is read to its end", () => {
    const piece = fc.constantFrom(
      "'",
      '"',
      "$(",
      "(",
      ")",
      "\\",
      "<<",
      "<",
      "#",
      "\n",
      "$CLAUDE_PROJECT_DIR",
      "a",
      " ",
      "=",
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((pieces) => pieces.join("")),
        (line) => {
          expect(lintCommand(line).length).toBeLessThan(7);
        },
      ),
    );
  });
});

describe("advice", () => {
  test.each([
    ['"$CLAUDE_PROJECT_DIR"/.claude/check.sh', []],
    ['python3 "$CLAUDE_PROJECT_DIR/check.py" --fast', []],
    ["jq -r .tool_input.file_path | xargs prettier --write", []],
    ["/usr/bin/env true > /dev/null", []],
    ['D=$CLAUDE_PROJECT_DIR/x; "$D"', []],
    ["npx eslint src/**/*.ts build/x.js", []],
    ['bash -c "./x.sh"', []],
    ["node -e 'require(\"./x.js\")'", []],
    ["$CLAUDE_PROJECT_DIR/check.sh", ["unquoted_path_placeholder"]],
    ["echo $(cat ${CLAUDE_PROJECT_DIR}/x)", ["unquoted_path_placeholder"]],
    ['"${CLAUDE_PLUGIN_ROOT}"/run', ["needs_plugin_root"]],
    ["${CLAUDE_PLUGIN_ROOT}/run", ["needs_plugin_root", "unquoted_path_placeholder"]],
    ['prettier "$CLAUDE_TOOL_FILE_PATH"', ["undocumented_env_var"]],
    ["echo $STDIN_JSON | jq .", ["undocumented_env_var"]],
    ['echo "$CLAUDE_ENV_FILE ${CLAUDE_CONFIG_DIR:-x}"', []],
    [".claude/check.sh", ["relative_path_depends_on_cwd"]],
    ["./gradlew build", ["relative_path_depends_on_cwd"]],
    ["bash .claude/check.sh", ["relative_path_depends_on_cwd"]],
    ["/bin/bash check.sh", ["relative_path_depends_on_cwd"]],
    ["node --no-warnings hooks/a.mjs", ["relative_path_depends_on_cwd"]],
    ["uv run check.py", ["relative_path_depends_on_cwd"]],
    ["A=1 exec ./x", ["relative_path_depends_on_cwd"]],
    ["if true; then ./x; fi", ["relative_path_depends_on_cwd"]],
    ["echo a >> ./log && cp ./a ./b", []],
    ["~/bin/check", ["home_or_absolute_path"]],
    ["bash $HOME/check.sh", ["home_or_absolute_path"]],
    ["'/Users/ann/check.sh'", ["home_or_absolute_path"]],
    ["echo x >> ~/log", ["home_or_absolute_path"]],
    ["#!/bin/bash\necho hi", ["multi_line_command"]],
    ["echo hi\n", []],
  ])("%j: %j", (command, expected) => {
    expect(lintCommand(command)).toEqual(expected);
  });

  test("without a shell nothing has to be quoted, and words are what they are", () => {
    expect(lintCommand("$CLAUDE_PROJECT_DIR/check", ["a b", "c\nd"])).toEqual([]);
    expect(lintCommand("node", ["./check.js"])).toEqual(["relative_path_depends_on_cwd"]);
    expect(lintCommand("check", ["~/x", "$CLAUDE_TOOL_NAME"])).toEqual([
      "undocumented_env_var",
      "home_or_absolute_path",
    ]);
  });
});
