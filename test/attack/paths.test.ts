import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { catalog } from "../../servers/catalog.ts";
import type { Answer } from "../../shared/call.ts";
import { canRead } from "../../shared/tool.ts";
import type { ContainmentKind } from "../../shared/workspace/contain.ts";
import { showingInputs, takesPath } from "../support/attack-inputs.ts";
import { shownBy } from "../support/calls.ts";
import { callable, type Called } from "../support/call-tool.ts";
import { INSIDE, plantAttacks, type Attack } from "../support/links.ts";
import { swapper } from "../support/swap.ts";
import { SECRET, temporary, type Ground } from "../support/workspace.ts";

type Answered = Extract<Answer, { kind: "answer" }>;

/** Content and names that are only outside, lines of system files, an environment. */
const OUTSIDE = [SECRET, "SECRET-NAME", "root:x:0", "PATH=/"];
const SWAP_MS = 5_000;

const servers = await Promise.all(Object.values(catalog).map((load) => load()));
const targets = (
  await Promise.all(
    servers.map(async (server) => {
      await using probe = await callable(server);
      return probe.endpoints
        .filter((endpoint) => takesPath(endpoint) && canRead(endpoint.tool.effect))
        .map(({ tool }) => ({ server, name: tool.name }));
    }),
  )
).flat();

test("there are tools to attack", () => {
  expect(targets.map(({ name }) => name)).toContain("read_file");
});

describe.each(["handles", "compare"] as const satisfies ContainmentKind[])(
  "contained by %s",
  (containment) => {
    let ground: Ground;
    let attacks: Attack[];
    const open = new Map<string, Called>();
    beforeAll(async () => {
      ground = await temporary();
      attacks = plantAttacks(ground);
      for (const server of servers)
        open.set(server.name, await callable(server, { roots: [ground.root], containment }));
    });
    afterAll(async () => {
      for (const called of open.values()) await called[Symbol.asyncDispose]();
      await ground[Symbol.asyncDispose]();
    });

    test.each(targets)("$name stays inside", { timeout: 300_000 }, async ({ server, name }) => {
      const called = open.get(server.name);
      const endpoint = called?.endpoints.find(({ tool }) => tool.name === name);
      if (called === undefined || endpoint === undefined) throw new Error("not open");
      for (const attack of attacks) {
        for (const input of showingInputs(endpoint, attack.path, ground.root)) {
          const answer = await inTime(called.call(name, input), attack.name);
          const text = shownBy(answer);
          const where = `${name} ${JSON.stringify(input).slice(0, 300)}`;
          expect(answer.error, `${where}: ${text}`).not.toBe("internal");
          for (const secret of OUTSIDE) expect(text, where).not.toContain(secret);
          // A URL has its own rules for "..", by which some of these stay inside.
          if (isOutsideBySpelling(attack) && !("uri" in input))
            expect(text, where).toContain("denied: the path is outside the roots");
        }
      }
    });

    test("read_file reads what is inside, so that the table above means something", async () => {
      const called = found(open.get("filesystem"));
      for (const { name, path } of attacks.filter(({ reaches }) => reaches === "inside"))
        expect(shownBy(await called.call("read_file", { path })), name).toContain(INSIDE);
    });

    test("what is outside and there cannot be told from what is outside and missing", async () => {
      const called = found(open.get("filesystem"));
      for (const name of ["read_file", "list_directory", "stat_path"]) {
        const answers = await Promise.all(
          attacks
            .filter(isOutsideBySpelling)
            .map(async ({ path }) => shownBy(await called.call(name, { path }))),
        );
        expect(new Set(answers).size, name).toBe(1);
      }
    });
  },
);

describe("while directories and files are exchanged with links to the outside", () => {
  let ground: Ground;
  const open = new Map<string, Called>();
  beforeEach(async () => {
    ground = await temporary();
    for (const server of servers)
      open.set(server.name, await callable(server, { roots: [ground.root], containment: "handles" }));
  });
  afterEach(async () => {
    for (const called of open.values()) await called[Symbol.asyncDispose]();
    await ground[Symbol.asyncDispose]();
  });

  test("no tool shows anything of the outside", { timeout: 60_000 }, async () => {
    await using swap = await swapper(ground);
    const paths = [...swap.files, ...swap.directories, "."];
    let answered = 0;
    for (const { server, name } of targets) {
      const called = found(open.get(server.name));
      const endpoint = found(called.endpoints.find(({ tool }) => tool.name === name));
      const inputs = paths.flatMap((path) => showingInputs(endpoint, path, ground.root));
      const end = Date.now() + SWAP_MS / targets.length;
      for (let turn = 0; Date.now() < end; turn += 4) {
        const batch = [0, 1, 2, 3].map((step) => inputs[(turn + step) % inputs.length]);
        const answers = await Promise.all(batch.map((input) => called.call(name, input)));
        for (const answer of answers) showsNothing(name, answer);
        answered += answers.filter(({ error }) => error === undefined).length;
      }
    }
    expect(answered).toBeGreaterThan(50);
    expect((await swap.stop()).exchanges).toBeGreaterThan(100);
  });

  test("search_text does not even count what matches outside", { timeout: 60_000 }, async () => {
    const called = found(open.get("filesystem"));
    await using swap = await swapper(ground);
    const end = Date.now() + 2_000;
    while (Date.now() < end) {
      for (const mode of ["lines", "files", "count"]) {
        const answer = await called.call("search_text", { pattern: SECRET, mode });
        expect(shownBy(answer)).toMatch(/^\[\.: no matching (lines|files)\]$/);
      }
    }
    expect((await swap.stop()).exchanges).toBeGreaterThan(100);
  });
});

function showsNothing(name: string, answer: Answered): void {
  const text = shownBy(answer);
  expect(answer.error, text).not.toBe("internal");
  for (const secret of OUTSIDE) expect(text, name).not.toContain(secret);
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the table names what is not there");
  return value;
}

function isOutsideBySpelling({ name, reaches }: Attack): boolean {
  return reaches === "outside" && (name.startsWith("goes up") || name.startsWith("sibling"));
}

async function inTime<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} hangs`)), 15_000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
