import { readFile, readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { FileParser } from "../../../servers/search/parse/parse-file.ts";

const LENGTH = 200_000;
const ROUNDS = 3;

test.skipIf(process.env["SPEED"] === undefined)(
  "prints megabytes a second of processor time",
  { timeout: 600_000 },
  async () => {
    const parser = new FileParser();
    const folder = new URL("samples/", import.meta.url);
    for (const name of (await readdir(folder)).filter((each) => each.endsWith(".txt"))) {
      const sample = await readFile(new URL(name, folder), "utf8");
      const language = name.replace(".txt", "");
      const files = Array.from({ length: Math.ceil(LENGTH / sample.length) }, () => sample);
      let best = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const start = process.cpuUsage();
        for (const text of files) await parser.parse({ language, text });
        const seconds = process.cpuUsage(start).user / 1e6;
        best = Math.max(best, (files.length * sample.length) / 1e6 / seconds);
      }
      expect(best).toBeGreaterThan(0);
      console.log(`${language}: ${best.toFixed(1)}`);
    }
  },
);
