import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { basename, dirname, join } from "node:path";
import { SECRET, type Ground } from "./workspace.ts";

/** What a path leads to, so what a tool may do with it. */
export type Reaches = "inside" | "outside" | "nothing" | "special" | "directory" | "malformed";

/** One attempt: what a caller sends, and what stands there. */
export interface Attack {
  readonly name: string;
  readonly path: string;
  readonly reaches: Reaches;
  /** It leads to the machine's own files: if it ever got there, a tool that writes would ruin them. */
  readonly harmful?: true;
}

/** What every file inside holds that an attack may lead to. */
export const INSIDE = "INSIDE";

/** Plants links, siblings and special files in and beside the root, and gives the table of paths to try. */
export function plantAttacks(ground: Ground): Attack[] {
  return [...spellings(ground), ...siblings(ground), ...links(ground), ...specials(ground)];
}

function spellings({ root, outside }: Ground): Attack[] {
  put(root, "inside.txt");
  put(root, "dir/inside.txt");
  put(root, "line\nbreak.txt");
  put(root, "~/inside.txt");
  put(root, "back\\slash.txt");
  put(root, "..dots/...txt");
  put(root, " space ");
  const secret = `${outside}/secret.txt`;
  const away = "../outside/secret.txt";
  const up = (path: string, name = path): Attack => ({ name: `goes up: ${name}`, path, reaches: "outside" });
  const machine = (path: string, name = path): Attack => ({ ...up(path, name), harmful: true });
  const inside = (path: string): Attack => ({ name: `a plain name: ${path}`, path, reaches: "inside" });
  const odd = (path: string, name = path): Attack => ({
    name: `malformed: ${name}`,
    path,
    reaches: "malformed",
  });
  const none = (path: string, name = path): Attack => ({
    name: `nothing there: ${name}`,
    path,
    reaches: "nothing",
  });
  return [
    up(away),
    up(`dir/../${away}`),
    up(`dir//..//./..//outside/secret.txt`),
    up(`./././${away}`),
    up(`missing/../${away}`),
    up(`inside.txt/../${away}`),
    machine(`${"../".repeat(40)}etc/passwd`, "many"),
    up(`${"../".repeat(40)}${secret.slice(1)}`, "many, and down again"),
    up(".."),
    up("../"),
    up("dir/../.."),
    up(secret, "absolute"),
    up(`${root}/${away}`, "absolute and up"),
    up(`${root}/dir/../../outside/missing`, "absolute, up and missing"),
    up(`//${secret}`, "two slashes"),
    machine("/etc/passwd"),
    machine("/"),
    machine("/proc/self/environ"),
    machine("/proc/self/root/etc/passwd"),
    up(`/proc/self/root${secret}`, "absolute, through a process"),
    machine("/dev/stdin"),
    inside("inside.txt"),
    inside("./dir/../dir/./inside.txt"),
    inside("dir//inside.txt"),
    inside(`${root}/inside.txt`),
    inside("line\nbreak.txt"),
    inside("./~/inside.txt"),
    inside("back\\slash.txt"),
    inside("..dots/...txt"),
    inside(" space "),
    inside("inside.txt/"),
    inside("inside.txt/."),
    none("..\\outside\\secret.txt"),
    none("inside.txt."),
    none("INSIDE.TXT"),
    none("inside.txt\n"),
    none("inside.txt "),
    none("inside.txt/x"),
    none("%2e%2e/outside/secret.txt"),
    none("..%2foutside%2fsecret.txt"),
    none("\u2024\u2024/outside/secret.txt", "dots of Unicode"),
    none("..\u2215outside\u2215secret.txt", "a slash of Unicode"),
    none("i\u0307nside.txt", "a letter of two code points"),
    none("$HOME/.profile"),
    none("~root/.profile"),
    none("x".repeat(256), "256 bytes"),
    none("é".repeat(128), "256 bytes of two each"),
    none("x/".repeat(60_000), "120 kB"),
    odd(""),
    odd("inside.txt\0", "NUL at the end"),
    odd("dir\0/../../outside/secret.txt", "NUL inside"),
    odd(`file://${secret}`, "file URL"),
    odd(`file://${root}/inside.txt`, "file URL inside"),
    odd("https://example.com/"),
    odd("~/.ssh/id_rsa"),
  ];
}

function siblings({ root }: Ground): Attack[] {
  const above = dirname(root);
  const name = basename(root);
  const beside = (sibling: string): Attack[] => {
    put(above, `${sibling}/secret.txt`, SECRET);
    const path = `${above}/${sibling}/secret.txt`;
    return [
      { name: `sibling ${sibling}`, path, reaches: "outside" },
      { name: `sibling ${sibling}, relative`, path: `../${sibling}/secret.txt`, reaches: "outside" },
    ];
  };
  return [
    ...beside(`${name}-evil`),
    ...beside(`${name}2`),
    ...beside(name.toUpperCase()),
    ...beside(`${name} `),
    ...beside(`${name}\u0301`),
  ];
}

function links({ root, outside }: Ground): Attack[] {
  const attacks: Attack[] = [];
  const plant = (name: string, target: string, reaches: Reaches, below = ""): void => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    symlinkSync(target, join(root, name));
    attacks.push({ name: `link ${name}${below}`, path: `${name}${below}`, reaches });
  };
  const also = (path: string, reaches: Reaches): void =>
    void attacks.push({ name: `link ${path}`, path, reaches });
  const plantHarmful = (name: string, target: string, below = ""): void => {
    symlinkSync(target, join(root, name));
    attacks.push({
      name: `link ${name}${below}`,
      path: `${name}${below}`,
      reaches: "outside",
      harmful: true,
    });
  };

  plant("in/file", "../inside.txt", "inside");
  plant("in/absolute", join(root, "inside.txt"), "inside");
  plant("in/directory", "../dir", "inside", "/inside.txt");
  also("in/directory/../inside.txt", "nothing");
  plant("in/chain", "directory/../in/../dir/inside.txt", "inside");
  plant("in/slash", "../dir/", "inside", "/inside.txt");
  plant("in/to-root", "..", "inside", "/inside.txt");
  plant("in/dangling", "../missing", "nothing");
  plant("in/dangling-directory", "../missing", "nothing", "/new.txt");
  plant("in/through-a-file", "../inside.txt/../inside.txt", "nothing");
  plant("in/long", "x".repeat(300), "nothing");
  plant("loop/one", "two", "malformed");
  plant("loop/two", "one", "malformed");
  plant("loop/self", "self", "malformed");
  plant("loop/directory", "directory/x", "malformed", "/y");
  for (let step = 0; step < 50; step += 1)
    symlinkSync(step === 0 ? "../inside.txt" : `${step - 1}`, join(root, `loop/${step}`));
  also("loop/39", "inside");
  also("loop/40", "malformed");

  plant("out/file", "../../outside/secret.txt", "outside");
  plant("out/absolute", join(outside, "secret.txt"), "outside");
  plant("out/directory", outside, "outside", "/secret.txt");
  also("out/directory", "outside");
  also("out/directory/deep/secret.txt", "outside");
  also("out/directory/missing", "outside");
  plant("out/chain", "hop", "outside");
  plant("out/hop", "directory/secret.txt", "outside");
  plant("out/dangling", "../../outside/missing", "outside");
  plant("out/dangling-absolute", join(outside, "missing"), "outside");
  plant("out/up", "../..", "outside", "/outside/secret.txt");
  plant("out/back", "../../root/inside.txt", "outside");
  plant("out/prefix", `${root}-evil/secret.txt`, "outside");
  plant("out/in-and-up", `${root}/../outside/secret.txt`, "outside");
  plant("out/down-again", "/", "outside", join(outside, "secret.txt"));
  plant("out/process", "/proc/self/root", "outside", join(outside, "secret.txt"));
  plantHarmful("out/slash", "/", "/etc/passwd");
  plantHarmful("out/self-root", "/proc/self/root", "/etc/passwd");
  plantHarmful("out/self-cwd", "/proc/self/cwd", "/package.json");
  plantHarmful("out/environment", "/proc/self/environ");
  plantHarmful("out/handle", "/proc/self/fd/0");
  plantHarmful("out/zero", "/dev/zero");
  return attacks;
}

function specials(ground: Ground): Attack[] {
  const { root, scope } = ground;
  execFileSync("mkfifo", [join(root, "fifo")]);
  symlinkSync("fifo", join(root, "to-fifo"));
  const server = createServer().listen(join(root, "socket"));
  scope.defer(() => server.close());
  // an inode has no outside: a hard link is a file of the root, as for every other program
  linkSync(join(root, "inside.txt"), join(root, "hard"));
  const special = (path: string): Attack => ({ name: `special file: ${path}`, path, reaches: "special" });
  const attacks: Attack[] = [
    special("fifo"),
    special("to-fifo"),
    special("socket"),
    { name: "a directory", path: "dir", reaches: "directory" },
    { name: "the root", path: ".", reaches: "directory" },
    { name: "the root, absolute", path: `${root}/`, reaches: "directory" },
    { name: "below a FIFO", path: "fifo/x", reaches: "nothing" },
    { name: "hard link", path: "hard", reaches: "inside" },
  ];
  return makeDevice(join(root, "zero")) ? [...attacks, special("zero")] : attacks;
}

/** Only root can make one; elsewhere the row is left out, and said so. */
function makeDevice(path: string): boolean {
  try {
    execFileSync("mknod", [path, "c", "1", "5"], { stdio: "ignore" });
    return true;
  } catch {
    console.warn("skipped: a device node can be made by root only");
    return false;
  }
}

function put(root: string, name: string, text = INSIDE): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}
