import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import * as z from "zod";
import { VERSION } from "../../shared/version.ts";

test("the command and the package have one version", async () => {
  const manifest = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile("package.json", "utf8")));
  expect(VERSION).toBe(manifest.version);
});
