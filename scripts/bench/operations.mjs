// What is measured, how an answer is known to be complete, and the same work without a server.
import { execFile } from "node:child_process";
import { open, readFile, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rgPath } from "@vscode/ripgrep";
import { changing } from "./edits.mjs";

const MAX_OUTPUT = 2 ** 28;
const BATCH = 64;

/** An answer must contain `has` and, with `count`, that many different matches: fast but partial is a failure. */
export const OPERATIONS = {
  read_small: { about: "read a 2 KB file", has: "SMALL-END" },
  tail_50mb: { about: "last 20 lines of a 50 MB file", has: "BIG-LAST-LINE" },
  read_1mb: { about: "read a 1 MB file whole", has: "MB-END" },
  list_5000: { about: "list 5,000 entries", has: "entry-0001.txt", count: [/entry-\d{4}\.txt/gu, 5_000] },
  glob_20k: {
    about: "glob `**/*.rs` over 20,000 files",
    has: "file-00007.rs",
    count: [/file-\d{5}\.rs/gu, 200],
  },
  grep_20k: { about: "search 20,000 files", has: "NEEDLE_TOKEN_", count: [/file-\d{5}/gu, 40] },
  edit_line: { about: "edit one line of 400" },
  write_2kb: { about: "write a new 2 KB file" },
  edit_synced: { about: "edit one line of 400, with fsync" },
  write_synced: { about: "write a new 2 KB file, with fsync" },
  edit_16: { about: "16 edits at once, one client" },
  write_16: { about: "16 new files at once, one client" },
  edit_clients: { about: "edits of 16 clients, a call", apart: true },
  write_clients: { about: "new files of 16 clients, a call", apart: true },
};

/** Why this text is not the whole answer, or undefined when it is. */
export function whatIsMissing(operation, text) {
  const { has, count } = OPERATIONS[operation];
  if (has === undefined) return undefined;
  if (!text.includes(has)) return `no ${has} in ${text.length} characters: ${text.slice(0, 100)}`;
  if (count === undefined) return undefined;
  const found = new Set(text.match(count[0])).size;
  return found < count[1] ? `${found} of ${count[1]} hits` : undefined;
}

/** The physical limits: the work in this process, and by the programs that people use for it. */
export function limits(fs) {
  const tree = join(fs, "tree");
  const list = join(fs, "list5000");
  const big = join(fs, "big50.txt");
  return {
    "limit:fs": {
      read_small: () => readFile(join(fs, "small.txt"), "utf8"),
      tail_50mb: () => tail(big),
      read_1mb: () => readFile(join(fs, "mb1.txt"), "utf8"),
      list_5000: async () =>
        (await readdir(list, { withFileTypes: true })).map(({ name }) => name).join("\n"),
      glob_20k: async () => (await walk(tree)).filter((path) => path.endsWith(".rs")).join("\n"),
      grep_20k: () => grep(tree),
      ...inProcess(fs),
    },
    "limit:cli": {
      read_small: () => program("cat", [join(fs, "small.txt")]),
      tail_50mb: () => program("tail", ["-n", "20", big]),
      read_1mb: () => program("cat", [join(fs, "mb1.txt")]),
      list_5000: () => program("ls", ["-U", list]),
      glob_20k: () => program(rgPath, ["--files", "-g", "*.rs", tree]),
      // Without a path ripgrep may read its stdin.
      grep_20k: () => program(rgPath, ["-n", "NEEDLE_TOKEN_", tree]),
    },
  };
}

/** The same changes by plain calls of the system, safe against a crash in the middle and against nothing else. */
function inProcess(fs) {
  const work = changing("limit:fs", fs, {
    edit: (path, from, to) => [path, async () => (await readFile(path, "utf8")).replace(from, to)],
    write: (path, content) => [path, async () => content],
  });
  const replace = async (path, content) => {
    await writeFile(`${path}.tmp`, await content());
    await rename(`${path}.tmp`, path);
  };
  return Object.fromEntries(
    Object.entries(work).map(([name, run]) => [
      name,
      async () => {
        await run(replace);
        return "";
      },
    ]),
  );
}

function program(command, args) {
  return new Promise((resolve, reject) => {
    execFile(command, args, { maxBuffer: MAX_OUTPUT }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    });
  });
}

async function tail(path) {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(8_192);
    await file.read(buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString("utf8").split("\n").slice(-21).join("\n");
  } finally {
    await file.close();
  }
}

async function walk(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  const paths = await Promise.all(
    entries.map((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? walk(path) : [path];
    }),
  );
  return paths.flat();
}

async function grep(folder) {
  const paths = await walk(folder);
  const hits = [];
  for (let from = 0; from < paths.length; from += BATCH) {
    await Promise.all(
      paths.slice(from, from + BATCH).map(async (path) => {
        const bytes = await readFile(path);
        if (bytes.includes("NEEDLE_TOKEN_"))
          hits.push(`${path}:${/.*NEEDLE_TOKEN_.*/u.exec(bytes.toString())?.[0]}`);
      }),
    );
  }
  return hits.join("\n");
}
