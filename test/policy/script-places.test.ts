import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { scriptPlaces } from "../../shared/policy/script-places.ts";
import { Bench, desk } from "./harness.ts";

describe("the places of scripts", () => {
  const isOne = scriptPlaces(["/r/tools/hooks/check.sh", "/elsewhere/x.sh", "/r/gate"]);
  const at = (relative: string, root = "/r"): boolean => isOne({ root, relative });

  test.each(["tools/hooks/check.sh", "tools/hooks", "tools", "gate", "TOOLS/Hooks/CHECK.sh", "gate. "])(
    "%s is one, or a folder on the way to one",
    (path) => expect(at(path)).toBe(true),
  );

  test.each([
    "",
    "tools/hooks/check.sh.bak",
    "tools/hooks/other.sh",
    "tool",
    "elsewhere/x.sh",
    "x.sh",
    "gate/x",
  ])("%j is none", (path) => expect(at(path)).toBe(false));

  test("are known in every root that they lie in, and in the root of all", () => {
    expect(at("hooks/check.sh", "/r/tools")).toBe(true);
    expect(at("x.sh", "/elsewhere")).toBe(true);
    expect(at("r/gate", "/")).toBe(true);
    expect(at("check.sh", "/r/tools/hooks/check.sh")).toBe(false);
  });

  test("cost nothing where there are none", () => {
    const none = scriptPlaces([]);
    const places = Array.from({ length: 1_000 }, (_, index) => ({ root: "/r", relative: `src/${index}.ts` }));
    const start = performance.now();
    for (let round = 0; round < 100; round++) for (const place of places) none(place);
    expect((performance.now() - start) / 100).toBeLessThan(5);
  });
});

describe("a tool that would change a hook's script", () => {
  const script = "tools/check.sh";

  test("asks the person and names it, also before it is there, and when its folder is moved", async () => {
    await using at = await desk({ "tools/other.sh": "", "src/a.ts": "" }, { ask: "elicit" });
    const policy = await at.open({ runsLater: scriptPlaces([join(at.root, script)]) });
    const bench = new Bench(policy, { effect: "write" });
    for (const path of [script, "tools", "TOOLS/Check.sh"]) {
      const { question } = await bench.ask({ path });
      expect(question.message).toContain(`${path} will run later by itself`);
    }
    expect(await bench.outcome({ path: "tools/other.sh" })).toBe("ran");
    expect(await bench.outcome({ path: "src/a.ts" })).toBe("ran");
  });

  test("asks for what a link to it leads to, and reads it freely", async () => {
    await using at = await desk({ [script]: "echo\n", "lib/": "" });
    await symlink(join(at.root, "tools"), join(at.root, "lib/link"));
    await mkdir(join(at.root, "more"));
    await writeFile(join(at.root, "more/b.sh"), "");
    const policy = await at.open({ runsLater: scriptPlaces([join(at.root, script)]) });
    expect(await new Bench(policy, { effect: "write" }).outcome({ path: "lib/link/check.sh" })).toBe("asked");
    expect(await new Bench(policy, {}).outcome({ path: script })).toBe("ran");
  });

  test("never gets past what is protected or secret anyway", async () => {
    await using at = await desk({ ".plumbline/check.sh": "", ".env": "" });
    const paths = [".plumbline/check.sh", ".env"].map((path) => join(at.root, path));
    const bench = new Bench(await at.open({ runsLater: scriptPlaces(paths) }), { effect: "write" });
    expect(await bench.outcome({ path: ".plumbline/check.sh" })).toBe("denied");
    expect(await bench.outcome({ path: ".env" })).toBe("denied");
  });
});
