import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { MakingFiles } from "../../../servers/search/index/making-files.ts";
import type { Made } from "../../../servers/search/index/maker.ts";
import type { FileToWrite, Results } from "../../../servers/search/index/messages.ts";
import { WorkerDied, WorkerHandle } from "../../../servers/search/index/worker-handle.ts";
import { openStaticTable } from "../../../shared/model/open-static-table.ts";
import { temporary } from "../../support/workspace.ts";

function fileOf(path: string, text: string): FileToWrite {
  return { path, text, stamp: { size: text.length, mtimeNs: "1", hash: "0" }, role: "code", plain: false };
}

/** Batches of files of several languages, with names that differ. */
function batches(count: number): FileToWrite[][] {
  const texts = [
    (name: string) => `export function ${name}(a: number) {\n  return other(a, "${name}");\n}\n`,
    (name: string) => `class ${name}:\n    def go(self):\n        return ${name}.go(self)\n`,
    (name: string) => `package x\n\nfunc ${name}() int { return helper(4) }\n`,
    (name: string) => `# ${name}\n\nText of ${name}.\n`,
  ];
  const endings = ["ts", "py", "go", "md"];
  return Array.from({ length: count }, (_, batch) =>
    Array.from({ length: 12 }, (__, index) => {
      const kind = index % texts.length;
      const name = `name${batch}Of${index}`;
      const text = (texts[kind]?.(name) ?? "").repeat(1 + ((batch * 7 + index * 5) % 40));
      return fileOf(`src/${name}.${endings[kind] ?? "txt"}`, text);
    }),
  );
}

test("two threads make what one makes, in the same order", async () => {
  const opened = await openStaticTable();
  const table = opened.kind === "table" ? opened.table : undefined;
  const given = batches(12);
  const made = async (isMuch: boolean): Promise<Made[]> => {
    const making = new MakingFiles({ at: () => {}, failed: () => expect.unreachable() });
    making.begin(table);
    if (isMuch) making.expectMuch();
    // so that it takes part from the first on
    if (isMuch) await sleep(1_500);
    if (isMuch) for (const files of given) making.foresee(files);
    const all: Made[] = [];
    for (const files of given) all.push(...(await making.make(files)));
    return all;
  };
  expect(await made(true)).toEqual(await made(false));
});

test.each([
  [
    "the one that is written",
    (deadly: FileToWrite, [first = [], second = []]: FileToWrite[][]) => [[...first, deadly], second],
  ],
  [
    "the one that comes next",
    (deadly: FileToWrite, [first = [], second = []]: FileToWrite[][]) => [first, [...second, deadly]],
  ],
])(
  "a file that no thread has the memory for is known after two deaths when it is in %s",
  async (_, batchesWith) => {
    await using place = await temporary();
    const worker = new WorkerHandle({ folder: join(place.root, "index"), withTable: false });
    const write = (files: readonly FileToWrite[], careful: boolean): Promise<Results["write"]> =>
      worker.do<"write">({
        kind: "write",
        careful,
        batch: { files, skips: [], gone: [], touched: [], meta: [] },
      });
    const deadly = fileOf("deadly.txt", "some words that are not the same 1\n".repeat(3_000_000));
    const given = batchesWith(deadly, batches(2));
    try {
      await worker.open();
      // the second thread takes part
      await sleep(1_000);
      const told = await Promise.allSettled(given.map((files) => write(files, false)));
      const lost = told.filter((each) => each.status === "rejected");
      expect(lost.length).toBeGreaterThan(0);
      for (const { reason } of lost) expect(reason).toEqual(new WorkerDied());
      await expect(write(given.flat(), true)).rejects.toMatchObject({
        at: "deadly.txt",
        isForeign: false,
      });
      expect(await write(batches(1).flat(), true)).toEqual({ notes: [] });
    } finally {
      await worker.close();
    }
  },
);
