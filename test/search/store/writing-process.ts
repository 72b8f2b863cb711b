import { readFileSync, writeSync } from "node:fs";
import { deserialize } from "node:v8";
import { tryLease } from "../../../servers/search/store/lease.ts";
import { openWriter } from "../../../servers/search/store/open-writer.ts";
import { MAKEUP } from "./makeup.ts";
import { apply, type Step } from "./step.ts";

// Does what its arguments say, and says a line after each thing that it did.
const [folder = "", doing, file = "", from = "0"] = process.argv.slice(2);

function say(text: string): void {
  writeSync(1, `${text}\n`);
}

if (doing === "lease") {
  say((await tryLease(folder)) === undefined ? "refused" : "had");
  setInterval(() => {}, 1_000);
}
if (doing === "steps") {
  const writer = await openWriter(folder, MAKEUP);
  say("open");
  const steps: readonly Step[] = deserialize(readFileSync(file));
  for (const [index, step] of steps.entries()) {
    if (index < Number(from)) continue;
    apply(writer, step);
    say(String(index + 1));
  }
  writer.close();
}
