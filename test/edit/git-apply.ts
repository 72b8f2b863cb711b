import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file before, and a diff whose headers name it `a/<index>` and `b/<index>`. */
export interface Patched {
  readonly before: string;
  readonly diff: string;
}

/** The files after, each as git makes it from the diff. */
export function gitApply(files: readonly Patched[]): string[] {
  const directory = mkdtempSync(join(tmpdir(), "plumbline-diff-"));
  try {
    mkdirSync(join(directory, "files"));
    for (const [index, { before }] of files.entries())
      writeFileSync(join(directory, "files", `${index}`), before);
    const patch = files.map(({ diff }, index) =>
      diff === "" ? "" : `diff --git a/${index} b/${index}\n${diff}`,
    );
    if (patch.some((diff) => diff !== ""))
      execFileSync("git", ["apply", "--whitespace=nowarn", "-"], {
        cwd: join(directory, "files"),
        input: patch.join(""),
        env: {
          PATH: process.env["PATH"],
          GIT_CONFIG_NOSYSTEM: "1",
          HOME: directory,
          GIT_CEILING_DIRECTORIES: directory,
        },
        stdio: ["pipe", "pipe", "pipe"],
      });
    return files.map((_, index) => readFileSync(join(directory, "files", `${index}`), "utf8"));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
