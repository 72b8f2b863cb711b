import { rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { ChainWatch } from "../../../instructions/find/chain-watch.ts";
import { layout } from "./layout.ts";

describe("a watch", () => {
  test("tells once of each look that finds a change: of content, of what comes and of what goes", async () => {
    await using made = await layout({ "root/AGENTS.md": "one", "root/a/x": "" });
    const watch = new ChainWatch();
    const changed = vi.fn();
    const others = vi.fn();
    watch.watch([made.at("root/AGENTS.md"), made.at("root/a"), made.at("root/none")], changed);
    watch.watch([made.at("root/a/x")], others);
    await sleep(1_200);
    expect(changed).not.toHaveBeenCalled();
    const tells = async (change: Promise<void>): Promise<void> => {
      const before = changed.mock.calls.length;
      await change;
      await expect.poll(() => changed.mock.calls.length, { timeout: 5_000 }).toBeGreaterThan(before);
    };
    await tells(writeFile(made.at("root/AGENTS.md"), "two"));
    await tells(writeFile(made.at("root/a/AGENTS.md"), "new"));
    await tells(writeFile(made.at("root/none"), ""));
    await tells(rm(made.at("root/AGENTS.md")));
    expect(changed).toHaveBeenCalledTimes(4);
    expect(others).not.toHaveBeenCalled();
    watch.close();
  });

  test("tells nothing after it was ended", async () => {
    await using made = await layout({ "root/AGENTS.md": "one" });
    const watch = new ChainWatch();
    const changed = vi.fn();
    const end = watch.watch([made.at("root/AGENTS.md")], changed);
    end();
    end();
    await writeFile(made.at("root/AGENTS.md"), "three");
    await sleep(1_300);
    expect(changed).not.toHaveBeenCalled();
    watch.close();
  });
});
