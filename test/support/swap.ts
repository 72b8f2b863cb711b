import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { INSIDE } from "./links.ts";
import type { Ground } from "./workspace.ts";

/**
 * Runs until it is disposed: another process that exchanges `root/swap` (a directory) with a link to the outside,
 * and `root/leaf` (a file) with a link to a secret, as fast as it can.
 */
export interface Swapper extends AsyncDisposable {
  /** Paths that lead through what is exchanged; each has its counterpart outside. */
  readonly files: readonly string[];
  readonly directories: readonly string[];
  /** Ends it; how many exchanges it made. */
  stop(): Promise<number>;
}

const LOOP = `
  const { renameSync: rename, symlinkSync, rmSync, writeFileSync, writeSync } = require("node:fs");
  const [root, outside, inside] = process.argv.slice(1);
  process.chdir(root);
  let count = 0, ended = false;
  process.stdin.on("end", () => { writeSync(1, String(count)); process.exit(); }).resume();
  function some() {
    for (let i = 0; i < 200; i++) {
      rename("swap", "swap-real"); rename("swap-link", "swap");
      rename("swap", "swap-link"); rename("swap-real", "swap");
      rename("leaf", "leaf-real"); rename("leaf-link", "leaf");
      rename("leaf", "leaf-link"); rename("leaf-real", "leaf");
      count++;
    }
    setImmediate(some);
  }
  writeSync(1, "ready\\n");
  some();
`;

export async function swapper({ root, outside }: Ground): Promise<Swapper> {
  mkdirSync(join(root, "swap/deep"), { recursive: true });
  for (const path of ["leaf", "swap/secret.txt", "swap/deep/secret.txt"])
    writeFileSync(join(root, path), INSIDE);
  symlinkSync(outside, join(root, "swap-link"));
  symlinkSync(join(outside, "secret.txt"), join(root, "leaf-link"));
  symlinkSync("swap/deep", join(root, "via"));
  symlinkSync("swap/deep/../secret.txt", join(root, "ladder"));
  const child = spawn(process.execPath, ["-e", LOOP, root, outside], { stdio: ["pipe", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  await once(child.stdout, "data");
  const stop = async (): Promise<number> => {
    if (child.exitCode === null) {
      const ended = once(child, "close");
      child.stdin.end();
      await ended;
    }
    return Number(said.replace("ready\n", ""));
  };
  return {
    files: ["swap/secret.txt", "swap/deep/secret.txt", "leaf", "via/secret.txt", "ladder"],
    directories: ["swap", "swap/deep", "via"],
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}
