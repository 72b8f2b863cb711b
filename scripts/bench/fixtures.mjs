// The same files on every machine: a seeded generator, about 130 MB in the temporary folder.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const LAYOUT = "plumbline bench 1";
const SEED = 20_261_121;
const FILES = 20_000;
const FILES_PER_FOLDER = 50;
const WORDS = (
  "alpha beta gamma delta epsilon request response handler buffer stream index token parse render commit " +
  "branch merge server client socket file path config option result error value module export import return " +
  "const function class async await promise string number object array map filter reduce"
).split(" ");

/** Where the fixtures lie; `PLUMBLINE_BENCH_DIR` moves them. */
export function fixtureFolder() {
  return process.env.PLUMBLINE_BENCH_DIR ?? join(tmpdir(), "plumbline-bench");
}

/** Makes what is missing and returns `{ fs, bigLines }`: the folder to serve, and the lines of its 50 MB file. */
export function makeFixtures() {
  const folder = fixtureFolder();
  const stamp = join(folder, "stamp.json");
  const known = existsSync(stamp) ? JSON.parse(readFileSync(stamp, "utf8")) : {};
  const fs = join(folder, "fs");
  if (known.layout === LAYOUT && known.seed === SEED) {
    // what earlier runs wrote and kept would make each run slower than the one before
    for (const left of [".plumbline", "writes"]) rmSync(join(fs, left), { recursive: true, force: true });
    return { fs, bigLines: known.bigLines };
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(fs, { recursive: true });
  const random = generator(SEED);
  writeFileSync(join(fs, "small.txt"), `SMALL-BEGIN\n${text(random, 44)}SMALL-END\n`);
  writeFileSync(join(fs, "mb1.txt"), megabyte(random));
  const bigLines = writeBig(join(fs, "big50.txt"), random);
  writeList(join(fs, "list5000"));
  writeTree(join(fs, "tree"), random);
  writeFileSync(stamp, JSON.stringify({ layout: LAYOUT, seed: SEED, bigLines }));
  return { fs, bigLines };
}

/** mulberry32: small, and the same everywhere. */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many words. */
export function line(random, words) {
  return Array.from({ length: words }, () => WORDS[Math.floor(random() * WORDS.length)]).join(" ");
}

function text(random, lines) {
  return Array.from({ length: lines }, () => `${line(random, 3 + Math.floor(random() * 9))}\n`).join("");
}

function megabyte(random) {
  let made = "MB-BEGIN\n";
  while (made.length < 2 ** 20 - 64) made += `${line(random, 10)}\n`;
  return `${made}MB-END\n`;
}

function writeBig(path, random) {
  const block = Array.from({ length: 2_000 }, () => line(random, 12));
  const blocks = [];
  let lines = 0;
  for (let bytes = 0; bytes < 50 * 2 ** 20; bytes += blocks.at(-1).length) {
    blocks.push(block.map((each) => `${pad(++lines, 8)} ${each}\n`).join(""));
  }
  writeFileSync(path, `${blocks.join("")}BIG-LAST-LINE\n`);
  return lines + 1;
}

function writeList(folder) {
  mkdirSync(folder);
  for (let i = 0; i < 5_000; i++) writeFileSync(join(folder, `entry-${pad(i, 4)}.txt`), "x\n");
}

/** 400 folders on three levels; 1 file in 100 ends in .rs, 40 hold the needle. */
function writeTree(folder, random) {
  const endings = ["ts", "js", "md", "json", "py"];
  for (let i = 0; i < FILES; i++) {
    const group = Math.floor(i / FILES_PER_FOLDER);
    const place = join(
      folder,
      `pkg-${pad(group % 20, 2)}`,
      `mod-${pad(Math.floor(group / 20), 2)}`,
      group % 2 ? "src" : "lib",
    );
    if (i % FILES_PER_FOLDER === 0) mkdirSync(place, { recursive: true });
    const ending = i % 100 === 7 ? "rs" : endings[i % 5];
    const needle = i % 500 === 13 ? `const NEEDLE_TOKEN_${i} = 1;\n` : "";
    writeFileSync(
      join(place, `file-${pad(i, 5)}.${ending}`),
      text(random, 12 + Math.floor(random() * 20)) + needle,
    );
  }
}

/** A number with zeros before it. */
export function pad(number, width) {
  return String(number).padStart(width, "0");
}
