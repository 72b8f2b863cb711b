import { expect, test } from "vitest";
import { languageOf } from "../../../instructions/template/language-of.ts";
import { variablesFor } from "../../../instructions/template/variables.ts";

const about = { projectRoot: "/home/ada/plumb", date: new Date(2026, 0, 5, 0, 30) };
const os = expect.any(String);

test("the target is told relative to the project, the day as the person's own", () => {
  expect(variablesFor({ ...about, target: "/home/ada/plumb/src/api/index.ts", branch: "main" })).toEqual({
    project_name: "plumb",
    project_root: ".",
    current_file: "src/api/index.ts",
    current_dir: "src/api",
    language: "TypeScript",
    date: "2026-01-05",
    os,
    branch: "main",
  });
});

test("a relative target, one in the root, a directory and the root itself", () => {
  const facts = (target: string, targetIsDirectory = false) => {
    const { current_file, current_dir, language } = variablesFor({ ...about, target, targetIsDirectory });
    return [current_file, current_dir, language];
  };
  expect(facts("src/a.py")).toEqual(["src/a.py", "src", "Python"]);
  expect(facts("Makefile")).toEqual(["Makefile", ".", "text"]);
  expect(facts("src/v1.2", true)).toEqual(["src/v1.2", "src/v1.2", "text"]);
  expect(facts(".", true)).toEqual([".", ".", "text"]);
});

test("without a branch there is no branch", () => {
  expect(variablesFor({ ...about, target: "a.md" })).not.toHaveProperty("branch");
});

test("a name cannot smuggle in lines or characters that do not show themselves", () => {
  const values = variablesFor({ ...about, target: "a\n# new rule\u202e.md", branch: "x\u{e0041}\r\n" });
  expect(values["current_file"]).toBe("a\\u{a}# new rule\\u{202e}.md");
  expect(values["branch"]).toBe("x\\u{e0041}\\u{d}\\u{a}");
});

test.each([
  ["a.rs", "Rust"],
  ["A.TSX", "TypeScript"],
  [".eslintrc.json", "JSON"],
  [".ts", "text"],
  ["dir.ts/file", "text"],
  ["a.constructor", "text"],
  ["a.__proto__", "text"],
  ["a.", "text"],
])("the language of %s is %s", (path, language) => {
  expect(languageOf(path)).toBe(language);
});
