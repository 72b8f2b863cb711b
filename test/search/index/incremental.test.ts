import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { repository, type Repository } from "../../support/repository.ts";
import { temporary } from "../../support/workspace.ts";
import { dump, indexing } from "./support.ts";

const RUNS = Number(process.env["PLUMBLINE_TEST_RUNS"] ?? 4);

const PATHS = [
  "a.ts",
  "b.py",
  "src/c.ts",
  "src/deep/d.go",
  "docs/e.md",
  "src/f.txt",
  "x.log",
  "build/g.ts",
  ".env",
];
const TEXTS = [
  "",
  "export function one(a: number) {\n  return two(a);\n}\n",
  "import { one } from './a.ts';\n/** Doubles. */\nexport class Two {\n  go() { return one(2); }\n}\n",
  "def three(x):\n    '''Triples.'''\n    return x * 3\n",
  "package d\n\nfunc Four() int { return 4 }\n",
  "# Five\n\nText.\n\n## Six\n\nMore text.\n",
  "plain words\nmore words\n",
  "a\0b",
  `${"x".repeat(6_000)}\n`,
];
const path = fc.constantFrom(...PATHS);

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("write"), path, text: fc.constantFrom(...TEXTS) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete"), path }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("rename"), path, to: path }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("chmod"), path }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("ignore"),
      file: fc.constantFrom(".gitignore", "src/.gitignore", ".searchignore"),
      rule: fc.constantFrom("*.log", "build/", "src/*\n!src/c.ts", "*.ts", ""),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("commit") }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("switch"), branch: fc.constantFrom("main", "other") }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("look"),
      how: fc.constantFrom("whole", "freshen", "view", "restart"),
    }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer R> ? R : never;

test("an index that followed random changes holds what one that is built at once holds", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), fc.boolean(), async (steps, hasGit) => {
      await using place = await temporary({ "a.ts": TEXTS[1] ?? "", "src/c.ts": TEXTS[2] ?? "" });
      const repo = hasGit ? await repository(place) : undefined;
      await repo?.commit("first");
      await repo?.git("branch", "other");
      let followed = await indexing(place);
      await followed.view();
      for (const each of steps) {
        if (each.kind !== "look") await change(place.root, repo, each);
        else if (each.how === "restart") {
          await followed.close();
          followed = await indexing(place);
        } else await lookAt(followed, each.how);
      }
      const { reader } = await followed.whole();
      const incremental = dump(reader);
      await followed.close();
      await rm(followed.cache, { recursive: true });
      const anew = await indexing(place);
      expect(incremental).toEqual(dump((await anew.whole()).reader));
      await anew.close();
    }),
    { numRuns: RUNS },
  );
}, 600_000);

async function lookAt(
  { view, whole }: Awaited<ReturnType<typeof indexing>>,
  how: "whole" | "freshen" | "view" | "restart",
): Promise<void> {
  if (how === "whole") return void (await whole());
  const now = await view();
  if (how === "freshen") await now.freshen(PATHS);
  else await sleep(30);
}

async function change(
  root: string,
  repo: Repository | undefined,
  step: Exclude<Step, { kind: "look" }>,
): Promise<void> {
  try {
    await make(root, repo, step);
  } catch {
    // it could not be made, as a switch over changes
  }
}

async function make(
  root: string,
  repo: Repository | undefined,
  step: Exclude<Step, { kind: "look" }>,
): Promise<void> {
  switch (step.kind) {
    case "write":
      return await put(root, step.path, step.text);
    case "delete":
      return await rm(join(root, step.path));
    case "rename":
      await mkdir(dirname(join(root, step.to)), { recursive: true });
      return await rename(join(root, step.path), join(root, step.to));
    case "chmod":
      return await chmod(join(root, step.path), 0o755);
    case "ignore":
      return await put(root, step.file, `${step.rule}\n`);
    case "commit":
      return void (await repo?.commit("more"));
    case "switch":
      return void (await repo?.git("switch", "--quiet", step.branch));
  }
}

async function put(root: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}
