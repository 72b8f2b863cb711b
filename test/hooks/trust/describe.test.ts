import { describe, expect, test } from "vitest";
import type { Handler } from "../../../hooks/handler.ts";
import { describeHandler, trustQuestion, type Pending } from "../../../hooks/trust/describe.ts";
import { Site } from "./support.ts";

async function pending(site: Site, ...handlers: readonly Partial<Handler>[]): Promise<Pending[]> {
  const trust = site.trust();
  return Promise.all(
    handlers.map(async (handler) => {
      const loaded = site.loaded(handler);
      return { loaded, approval: await trust.of(loaded) };
    }),
  );
}

async function lines(site: Site, handler: Partial<Handler>, withTexts = false): Promise<string[]> {
  const [found] = await pending(site, handler);
  if (found === undefined) throw new Error("one handler is one");
  const trust = site.trust();
  const textOf = withTexts ? trust.textOf.bind(trust) : undefined;
  const described = describeHandler(found.loaded, found.approval, textOf);
  return described.map((line) => line.replaceAll(site.base, "").replaceAll(/[0-9a-f]{64}/gu, "<hash>"));
}

describe("a handler is described", () => {
  test("with all that it says and what it runs", async () => {
    using site = new Site({ "check.sh": "#!/bin/sh\nexit 0\n" });
    const handler = {
      command: "bash check.sh\n./gone.sh",
      matcher: "Write|Edit",
      if: "Edit(*.ts)",
      timeoutMs: 5_000,
      async: true,
      onFailure: "block",
      shell: "bash",
    } as const;
    expect(await lines(site, handler, true)).toEqual([
      ".plumbline/hooks.json:7: PreToolUse, matcher Write|Edit, if Edit(*.ts), at most 5 s, not waited for, when it fails: block",
      "  $ bash check.sh",
      "  > ./gone.sh",
      "  shell bash",
      "  script /project/check.sh: 17 bytes, SHA-256 <hash>",
      "    | #!/bin/sh",
      "    | exit 0",
      "    | ",
      "  script /project/gone.sh: not there; it would need a new approval",
      "  hash <hash>",
    ]);
  });

  test("without a shell word by word, and a request with what it sends", async () => {
    using site = new Site();
    expect(await lines(site, { command: "run it", args: ["a b", "$(x)", ""] })).toContain(
      "  $ 'run it' 'a b' '$(x)' ''",
    );
    const request = {
      type: "http",
      url: "http://localhost:1/",
      headers: { auth: "$TOKEN" },
      allowedEnvVars: ["TOKEN"],
    } as const;
    expect(await lines(site, request)).toEqual(
      expect.arrayContaining([
        "  POST http://localhost:1/",
        "  header auth: $TOKEN",
        "  sends variables TOKEN",
      ]),
    );
  });

  test("so that nothing in it is obeyed or hidden", async () => {
    using site = new Site({ "evil\u001b[2J.sh": "echo\u202E \u0007\r\nrm -rf x\n" });
    const command = "bash 'evil\u001b[2J.sh' \u202E# harmless\r\u200B\u0000";
    const shown = await lines(site, { command, matcher: "\u001b]0;x\u0007", if: "Bash(\u202E)" }, true);
    expect(shown.join("")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(shown).toContain(String.raw`  $ bash 'evil\u{1b}[2J.sh' \u{202e}# harmless\u{d}\u{200b}\u{0}`);
    expect(shown).toContain(String.raw`    | echo\u{202e} \u{7}\u{d}`);
    expect(shown).toContain("    | rm -rf x");
  });

  test("with what is not watched, and why it cannot be approved", async () => {
    using site = new Site({ "large.sh": "x".repeat(1024 * 1024 + 1), "long.sh": "x".repeat(65 * 1024) });
    const shown = await lines(site, { command: 'bash "$DIR/x.sh"; bash large.sh; bash long.sh' }, true);
    expect(shown).toEqual(
      expect.arrayContaining([
        "  not watched, since only its run tells what it is: $DIR/x.sh",
        "  cannot be approved: its script /project/large.sh is larger than 1024 KiB",
        "    (not shown: no text, too long, or out of a tool's reach; look at it yourself)",
      ]),
    );
  });
});

describe("the question about handlers", () => {
  test("shows every command whole, in our words", async () => {
    using site = new Site({ "check.sh": "x\n" });
    const found = await pending(
      site,
      { command: "bash check.sh", matcher: "Write" },
      { command: "./gone\u202E.sh\nrm x", event: "SessionStart" },
    );
    expect(trustQuestion(found)).toEqual({
      lifetimes: ["always"],
      message: [
        "These hooks would run around tool calls in this project, as you:",
        "- PreToolUse, matcher Write, at most 60 s",
        "  $ bash check.sh",
        "  scripts: check.sh (2 bytes)",
        "- SessionStart, at most 60 s",
        String.raw`  $ ./gone\u{202e}.sh\u{a}rm x`,
        String.raw`  scripts: gone\u{202e}.sh (not there yet)`,
        "A yes counts until one of them or its scripts changes. The scripts' texts: plumbline hooks trust",
      ].join("\n"),
    });
  });

  test("is not asked when they cannot be shown whole, and leaves out what cannot be approved", async () => {
    using site = new Site({ "large.sh": "x".repeat(1024 * 1024 + 1) });
    expect(trustQuestion([])).toBeUndefined();
    expect(trustQuestion(await pending(site, { command: "x".repeat(1_500) }))).toBeUndefined();
    expect(trustQuestion(await pending(site, { command: "./large.sh" }))).toBeUndefined();
    const both = trustQuestion(await pending(site, { command: "./large.sh" }, { command: "echo" }));
    expect(both?.message).toContain("$ echo");
    expect(both?.message).not.toContain("large");
  });
});
