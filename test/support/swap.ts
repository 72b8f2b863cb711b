import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { INSIDE } from "./links.ts";
import type { Ground } from "./workspace.ts";

/**
 * Runs until it is disposed: another process that exchanges `root/swap` (a directory) with a link to the outside,
 * and `root/leaf` (a file) with a link to a secret, as fast as it can. What tools move or delete it makes again.
 */
export interface Swapper extends AsyncDisposable {
  /** Paths that lead through what is exchanged; each has its counterpart outside. */
  readonly files: readonly string[];
  readonly directories: readonly string[];
  /** Ends it; how many exchanges it made, and how many files it ever put inside. */
  stop(): Promise<{ readonly exchanges: number; readonly planted: number }>;
}

// Never replaces and never deletes a file: what a tool put in its way is moved aside, so that nothing is lost by it.
const LOOP = `
  const fs = require("node:fs");
  const [root, outside, inside, withTrash] = process.argv.slice(1);
  process.chdir(root);
  let count = 0, asides = 0;
  process.stdin.on("end", () => { fs.writeSync(1, count + " " + planted); process.exit(); }).resume();
  let planted = 3;
  const DIRECTORY = {
    name: "swap", target: outside,
    make() { fs.mkdirSync("swap/deep", { recursive: true }); plant("swap/secret.txt"); plant("swap/deep/secret.txt"); },
  };
  const LEAF = { name: "leaf", target: outside + "/secret.txt", make() { plant("leaf"); } };
  const TRASH = { name: ".plumbline", target: outside, make() { fs.mkdirSync(".plumbline"); } };
  function plant(name) { fs.writeFileSync(name, inside, { flag: "wx" }); planted++; }
  function kind(name) {
    const stats = fs.lstatSync(name, { throwIfNoEntry: false });
    return stats === undefined ? "none" : stats.isSymbolicLink() ? "link" : "real";
  }
  // only this process uses the names that end in -real and -link: what stands there is its own
  function take(from, to) { if (kind(to) !== "none") throw new Error(to); fs.renameSync(from, to); }
  function give(from, to) {
    if (fs.lstatSync(from).isDirectory()) return fs.renameSync(from, to);
    fs.linkSync(from, to);
    fs.unlinkSync(from);
  }
  function moveAside(name) {
    const aside = "aside-" + asides++;
    fs.renameSync(name, aside);
    if (kind(aside) === "link") fs.unlinkSync(aside);
  }
  function mend({ name, target, make }) {
    const [real, link] = [name + "-real", name + "-link"];
    if (kind(link) !== "none") moveAside(link);
    if (kind(name) === "link" || (kind(real) !== "none" && kind(name) !== "none")) moveAside(name);
    if (kind(real) !== "none") give(real, name);
    if (kind(name) === "none") make();
    fs.symlinkSync(target, link);
  }
  function exchange(it) {
    const { name } = it;
    try {
      take(name, name + "-real"); give(name + "-link", name);
      take(name, name + "-link"); give(name + "-real", name);
      count++;
    } catch {
      try { mend(it); } catch {}
    }
  }
  function some() {
    for (let i = 0; i < 100; i++) { exchange(DIRECTORY); exchange(LEAF); if (withTrash) exchange(TRASH); }
    setImmediate(some);
  }
  fs.writeSync(1, "ready\\n");
  some();
`;

/** `withTrash`: `root/.plumbline`, where tools keep what they replace, is exchanged too. */
export async function swapper(
  { root, outside }: Pick<Ground, "root" | "outside">,
  withTrash = false,
): Promise<Swapper> {
  mkdirSync(join(root, "swap/deep"), { recursive: true });
  for (const path of ["leaf", "swap/secret.txt", "swap/deep/secret.txt"])
    writeFileSync(join(root, path), INSIDE);
  symlinkSync(outside, join(root, "swap-link"));
  symlinkSync(join(outside, "secret.txt"), join(root, "leaf-link"));
  symlinkSync("swap/deep", join(root, "via"));
  symlinkSync("swap/deep/../secret.txt", join(root, "ladder"));
  const given = [root, outside, INSIDE, withTrash ? "yes" : ""];
  const child = spawn(process.execPath, ["-e", LOOP, ...given], { stdio: ["pipe", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  await once(child.stdout, "data");
  const stop = async (): ReturnType<Swapper["stop"]> => {
    if (child.exitCode === null) {
      const ended = once(child, "close");
      child.stdin.end();
      await ended;
    }
    const [exchanges = 0, planted = 0] = said.replace("ready\n", "").split(" ").map(Number);
    return { exchanges, planted };
  };
  return {
    files: ["swap/secret.txt", "swap/deep/secret.txt", "leaf", "via/secret.txt", "ladder"],
    directories: ["swap", "swap/deep", "via"],
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}
