// node make-repositories.mjs SMALL LARGE: makes the two repositories in folders that are not there yet.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { generator, line, pad } from "../fixtures.mjs";
import { TOPICS, pathOf } from "./fixtures.mjs";

const HOT_LINES = 600;
const SHAPES = {
  small: { seed: 11, files: 30, commits: 60, hotCommits: 10, modified: 8, staged: 2, untracked: 3 },
  large: {
    seed: 12,
    files: 20_000,
    commits: 10_000,
    hotCommits: 1_500,
    modified: 50,
    staged: 10,
    untracked: 20,
  },
};

const [small, large] = process.argv.slice(2);
await makeRepository(small, SHAPES.small);
await makeRepository(large, SHAPES.large);

async function makeRepository(folder, shape) {
  mkdirSync(folder, { recursive: true });
  const git = (args, input = "") =>
    execFileSync("git", args, { cwd: folder, input, stdio: ["pipe", "ignore", "inherit"] });
  git(["init", "-q", "-b", "main", "--template="]);
  const { stream, contents } = history(shape);
  git(["fast-import", "--quiet"], stream);
  git(["reset", "-q", "--hard", "main"]);
  const edited = Array.from({ length: shape.modified }, (_, each) => 1 + ((each * 37) % (shape.files - 1)));
  for (const [each, file] of edited.entries()) {
    writeFileSync(join(folder, pathOf(file)), `${contents[file]}worktree edit ${each}\n`);
  }
  git(["add", "--", ...edited.slice(-shape.staged).map(pathOf)]);
  for (let each = 0; each < shape.untracked; each++) {
    writeFileSync(join(folder, `untracked-${pad(each, 2)}.txt`), "new\n");
  }
  // git reads files anew that are as young as its index; the index must be older than a second to be believed.
  await sleep(1_100);
  git(["status"]);
}

/** The whole history for fast-import, and what the files hold at its end. */
function history({ seed, files, commits, hotCommits }) {
  const random = generator(seed);
  const whole = (below) => Math.floor(random() * below);
  const hot = Array.from({ length: HOT_LINES }, (_, each) => `hot line ${each} ${line(random, 3)}\n`);
  const contents = Array.from({ length: files }, (_, file) =>
    file === 0 ? hot.join("") : firstContent(random, file),
  );
  const put = (file) => `M 100644 inline ${pathOf(file)}\n${data(contents[file])}`;
  const parts = [commit(0, "initial import"), ...contents.map((_, file) => put(file))];
  const hotEvery = Math.floor(commits / hotCommits);
  for (let each = 1; each < commits; each++) {
    parts.push(commit(each, `change ${each}: ${line(random, 6)}`));
    for (let change = 0; change < 3; change++) {
      const file = 1 + whole(files - 1);
      contents[file] += `rev ${each} ${line(random, 5)}\n`;
      parts.push(put(file));
    }
    if (each % hotEvery === 0 && each / hotEvery <= hotCommits) {
      hot[whole(HOT_LINES)] = `hot line of change ${each} ${line(random, 3)}\n`;
      contents[0] = hot.join("");
      parts.push(put(0));
    }
  }
  const topics = Array.from(
    { length: TOPICS },
    (_, each) => `reset refs/heads/topic-${pad(each, 2)}\nfrom :${commits - each}\n\n`,
  );
  return { stream: [...parts, ...topics].join(""), contents };
}

function firstContent(random, file) {
  const middle = Array.from({ length: 8 + Math.floor(random() * 15) }, () => `${line(random, 7)}\n`);
  return `file ${pad(file, 5)}\n${middle.join("")}`;
}

function commit(each, message) {
  const who = `Author ${each % 7} <author${each % 7}@example.invalid> ${1_700_000_000 + each * 600} +0000`;
  return `commit refs/heads/main\nmark :${each + 1}\nauthor ${who}\ncommitter ${who}\n${data(message)}`;
}

function data(text) {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
