import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshRecord, type Answer } from "../../shared/call.ts";
import { person } from "../support/calls.ts";
import { httpRemote } from "../support/git-servers.ts";
import { servedGit, type ServedGit } from "../support/repository.ts";

/** A served repository with a remote on a server, whose address has a password in it. */
async function withRemote(at: ServedGit): Promise<string> {
  const folder = join(dirname(at.repo.root), "served");
  await mkdir(folder);
  await at.repo.git("clone", "--quiet", "--bare", ".", join(folder, "there.git"));
  const { url } = await httpRemote(folder, at.ground.scope);
  await at.repo.git("remote", "add", "origin", `${url.replace("//", "//ada:s3cret@")}/there.git`);
  return `${url.replace("//", "//***@")}/there.git`;
}

const yes = { kind: "yes", lifetime: "once" } as const;

describe("a call that leaves this machine", () => {
  test("asks a person, who sees the address and what would be sent", async () => {
    await using at = await servedGit({ "a.txt": "one" });
    const shown = await withRemote(at);
    const hash = await at.repo.commit("two", {});
    const { asked, text } = await at.call("git_push", {}, yes);
    expect(asked?.message).toContain(
      `\nto: ${shown}\nwhat: main ${hash.slice(0, 10)} as refs/heads/main\n- .\nremote: "origin"\n`,
    );
    // a switch that stands as it always does says nothing about this call
    expect(asked?.message).not.toMatch(/force|tags/u);
    expect((await at.call("git_push", { tags: true }, yes)).asked?.message).toContain("\ntags: true");
    expect(text).toContain("updated main");
    const fetched = await at.call("git_fetch", { refs: ["main"] }, yes);
    expect(fetched.asked?.message).toContain(
      `\nfrom: ${shown}\nwhat: +refs/heads/main:refs/remotes/origin/main\n- .\n`,
    );
    expect(JSON.stringify([asked, text, fetched])).not.toContain("s3cret");
  });

  test("asks nobody about what cannot be", async () => {
    await using at = await servedGit({ "a.txt": "one" });
    const { asked, text } = await at.call("git_push", { remote: "none" }, yes);
    expect([asked, text]).toEqual([undefined, expect.stringContaining("no remote none")]);
  });

  test("takes a yes for exactly the address and the commit that it showed", async () => {
    await using at = await servedGit({ "a.txt": "one" });
    await withRemote(at);
    const endpoint = at.endpoints.find(({ tool }) => tool.name === "git_push");
    if (endpoint === undefined) throw new Error("no git_push");
    const call = () => ({
      id: randomUUID(),
      trace: randomUUID(),
      caller: { ...person, canAsk: true },
      signal: new AbortController().signal,
      log: () => {},
      report: () => {},
      record: freshRecord(endpoint.tool, {}),
    });
    const answered = async (change: () => Promise<unknown>): Promise<Answer> => {
      const question = await endpoint.call({}, call());
      if (question.kind !== "question") throw new Error("no question");
      await change();
      return await endpoint.call({}, { ...call(), resumed: { sealed: question.sealed, reply: yes } });
    };
    const changed = { kind: "answer", error: "conflict" };
    expect(await answered(() => at.repo.commit("more", {}))).toMatchObject(changed);
    const url = ["config", "remote.origin.url", "https://127.0.0.1:1/x"];
    expect(await answered(() => at.repo.git(...url))).toMatchObject(changed);
  });
});
