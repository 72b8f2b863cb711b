import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { catalog } from "../../servers/catalog.ts";
import type { Answer, Endpoint } from "../../shared/call.ts";
import type { ContainmentKind } from "../../shared/workspace/contain.ts";
import { callable, type Called } from "../support/call-tool.ts";
import { INSIDE, plantAttacks, type Attack } from "../support/links.ts";
import { swapper } from "../support/swap.ts";
import { SECRET, temporary, type Ground } from "../support/workspace.ts";

type Answered = Extract<Answer, { kind: "answer" }>;
type Input = Record<string, unknown>;

/** Arguments that name a place, by declaration: a tool that takes one joins the table by itself. */
const PATH_ARGUMENTS = ["path", "paths", "from", "to", "uri"];
/** Values for other arguments that a tool may need: such that as much as possible would be shown. */
const VALUES: Input = { pattern: ".", globs: ["**"], depth: 9, context: 3 };
/** Content and names that are only outside, lines of system files, an environment. */
const OUTSIDE = [SECRET, "SECRET-NAME", "root:x:0", "PATH=/"];
const SWAP_MS = 5_000;

const servers = await Promise.all(Object.values(catalog).map((load) => load()));
const targets = (
  await Promise.all(
    servers.map(async (server) => {
      await using probe = await callable(server);
      return probe.endpoints.filter(takesPath).map(({ tool }) => ({ server, name: tool.name }));
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

    test.each(targets)("$name stays inside", { timeout: 120_000 }, async ({ server, name }) => {
      const called = open.get(server.name);
      const endpoint = called?.endpoints.find(({ tool }) => tool.name === name);
      if (called === undefined || endpoint === undefined) throw new Error("not open");
      for (const attack of attacks) {
        for (const input of inputsFor(endpoint, attack.path, ground.root)) {
          const answer = await inTime(called.call(name, input), attack.name);
          const text = textOf(answer);
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
        expect(textOf(await called.call("read_file", { path })), name).toContain(INSIDE);
    });

    test("what is outside and there cannot be told from what is outside and missing", async () => {
      const called = found(open.get("filesystem"));
      for (const name of ["read_file", "list_directory", "stat_path"]) {
        const answers = await Promise.all(
          attacks
            .filter(isOutsideBySpelling)
            .map(async ({ path }) => textOf(await called.call(name, { path }))),
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
      const inputs = paths.flatMap((path) => inputsFor(endpoint, path, ground.root));
      const end = Date.now() + SWAP_MS / targets.length;
      for (let turn = 0; Date.now() < end; turn += 4) {
        const batch = [0, 1, 2, 3].map((step) => inputs[(turn + step) % inputs.length]);
        const answers = await Promise.all(batch.map((input) => called.call(name, input)));
        for (const answer of answers) showsNothing(name, answer);
        answered += answers.filter(({ error }) => error === undefined).length;
      }
    }
    expect(answered).toBeGreaterThan(50);
    expect(await swap.stop()).toBeGreaterThan(100);
  });

  test("search_text does not even count what matches outside", { timeout: 60_000 }, async () => {
    const called = found(open.get("filesystem"));
    await using swap = await swapper(ground);
    const end = Date.now() + 2_000;
    while (Date.now() < end) {
      for (const mode of ["lines", "files", "count"]) {
        const answer = await called.call("search_text", { pattern: SECRET, mode });
        expect(textOf(answer)).toMatch(/^\[\.: no matching (lines|files)\]$/);
      }
    }
    expect(await swap.stop()).toBeGreaterThan(100);
  });
});

function showsNothing(name: string, answer: Answered): void {
  const text = textOf(answer);
  expect(answer.error, text).not.toBe("internal");
  for (const secret of OUTSIDE) expect(text, name).not.toContain(secret);
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the table names what is not there");
  return value;
}

function takesPath({ tool }: Endpoint): boolean {
  return PATH_ARGUMENTS.some((argument) => argument in tool.input.shape);
}

/** The path in each argument that takes one, with every value of each choice, and with all switches on. */
function inputsFor({ tool }: Endpoint, path: string, root: string): Input[] {
  const { shape } = tool.input;
  const base: Input = Object.fromEntries(Object.entries(VALUES).filter(([name]) => name in shape));
  const choices = Object.entries(shape).flatMap(([name, schema]) =>
    optionsOf(schema).map((value): Input => ({ ...base, [name]: value })),
  );
  const switches = Object.entries(shape).filter(([, schema]) => schema.safeParse(true).success);
  const variants = [
    base,
    ...choices,
    { ...base, ...Object.fromEntries(switches.map(([name]) => [name, true])) },
  ];
  return PATH_ARGUMENTS.filter((argument) => argument in shape).flatMap((argument) =>
    variants.map((variant) => ({
      ...fillers(argument, shape),
      ...variant,
      [argument]: valueFor(argument, path, root),
    })),
  );
}

/** A move needs both of its ends. */
function fillers(argument: string, shape: Readonly<Record<string, unknown>>): Input {
  const others = ["from", "to"].filter((name) => name !== argument && name in shape);
  return Object.fromEntries(others.map((name) => [name, `filler-${name}.txt`]));
}

function valueFor(argument: string, path: string, root: string): unknown {
  if (argument === "paths") return [path];
  if (argument !== "uri") return path;
  const absolute = path.startsWith("/") ? path : `${root}/${path}`;
  return `file://${absolute}`;
}

function optionsOf(schema: z.core.$ZodType): unknown[] {
  const inner = schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return inner instanceof z.ZodEnum ? inner.options : [];
}

/** Everything that an answer shows, base64 as what it stands for. */
function textOf({ parts, structured }: Answered): string {
  const texts = parts.flatMap((part) => {
    if (part.type === "image") return [Buffer.from(part.data, "base64").toString("latin1")];
    if (part.type === "resource_link") return [part.uri, part.name];
    const decoded = /^[A-Za-z0-9+/]+=*$/.test(part.text)
      ? [Buffer.from(part.text, "base64").toString("latin1")]
      : [];
    return [part.text, ...decoded];
  });
  return [...texts, ...(structured === undefined ? [] : [JSON.stringify(structured)])].join("\n");
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
