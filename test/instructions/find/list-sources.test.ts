import { symlink } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { listSources } from "../../../instructions/find/list-sources.ts";
import { layout, problemsOf, told } from "./layout.ts";

const T = "text";
const FAMILIES = ["agents", "claude", "cursor"] as const;

describe.each(["handles", "compare"] as const)("a project contained by %s", (containment) => {
  test("lists its files in the order of its directories, but for what is ignored", async () => {
    await using made = await layout(
      {
        "root/.git/HEAD": T,
        "root/.gitignore": "/dist/\nCLAUDE.local.md\n",
        "root/AGENTS.md": T,
        "root/CLAUDE.local.md": T,
        "root/a/b/AGENTS.md": T,
        "root/a/.claude/rules/x/r.md": T,
        "root/a/CLAUDE.local.md": T,
        "root/a/GEMINI.md": T,
        "root/dist/AGENTS.md": T,
        "root/node_modules/x/AGENTS.md": T,
        "root/vendor/x/AGENTS.md": T,
        "root/z/agents.md": T,
        "home/.claude/CLAUDE.md": T,
      },
      { containment },
    );
    const { workspace, places, files } = made;
    const about = { workspace, places, files, families: FAMILIES };
    const chain = await listSources(about);
    expect(told(chain)).toEqual([
      "user main ~/.claude/CLAUDE.md",
      "project main AGENTS.md",
      "project local CLAUDE.local.md",
      "rule rule a/.claude/rules/x/r.md",
      "directory local a/CLAUDE.local.md",
      "directory main a/b/AGENTS.md",
      "vendored main vendor/x/AGENTS.md",
    ]);
    expect(chain).toMatchObject({ projectRoot: made.at("root"), problems: [] });
    const inA = await listSources({ ...about, families: ["gemini"], projectRoot: "a" });
    expect(told(inA)).toEqual(["project main GEMINI.md"]);
    const ofA = await listSources({ ...about, target: "a/b" });
    expect(told(ofA)).toEqual(told(chain));
  });

  test("lists at most 2,000 files, and says that there are more", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 2_003 }, (_, index) => [`root/d${index}/AGENTS.md`, T]),
    );
    await using made = await layout(files, { containment });
    await symlink("..", made.at("root/loop"));
    const chain = await listSources({ ...made, families: FAMILIES });
    expect(chain.sources).toHaveLength(2_000);
    expect(problemsOf(chain)).toEqual([
      "not_all_listed .: the project is too large to be looked through: some of its instruction files are not listed",
    ]);
  });
});
