import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtinPrompts } from "../../../instructions/prompts/builtin.ts";
import { searchPrompts } from "../../../instructions/prompts/search-prompts.ts";
import { libraryOf } from "./library-of.ts";

const ROOT = join(import.meta.dirname, "../../..");
const prompts = builtinPrompts();

async function toolNames(): Promise<string[]> {
  const files = await readdir(join(ROOT, "servers"), { recursive: true });
  return files.flatMap((file) => /tools\/([a-z-]+)\.ts$/u.exec(file)?.[1]?.replaceAll("-", "_") ?? []);
}

test("every file of the folder is one of them", async () => {
  const files = await readdir(join(ROOT, "instructions/prompts/builtin"));
  expect(prompts.map(({ name }) => `${name}.md`)).toEqual(files.sort());
});

describe.each(prompts)("$name", ({ name, arguments: takes, body, title, description, tags }) => {
  test("is filled in with its required arguments alone, and with all of them", async () => {
    await using mine = await libraryOf();
    const required = takes.filter((argument) => argument.required);
    const some = Object.fromEntries(required.map((argument) => [argument.name, "GIVEN"]));
    const all = Object.fromEntries(takes.map((argument) => [argument.name, "GIVEN"]));
    const [short, full] = [await mine.fill(name, some), await mine.fill(name, all)];
    for (const text of [short, full]) expect(text).not.toMatch(/\{\{|\}\}|undefined|: \.|  /u);
    for (const argument of takes) expect(body).toMatch(new RegExp(`\\{\\{ ${argument.name} \\}\\}`, "u"));
    for (const argument of takes.filter(({ required }) => !required)) {
      expect(argument.default).not.toBe("");
      expect(short).toContain(argument.default);
    }
    for (const { required } of takes.filter(({ required }) => required))
      expect(required && short).toContain("GIVEN");
  });

  test("says in 150 to 500 words what it wants, and names only tools that exist", async () => {
    const words = body.split(/\s+/u).length;
    expect(words).toBeGreaterThanOrEqual(150);
    expect(words).toBeLessThanOrEqual(500);
    const named = [...body.matchAll(/`([a-z]+(?:_[a-z]+)+)`/gu)].map(([, tool]) => tool);
    const tools = await toolNames();
    expect(named.filter((tool) => !tools.includes(tool ?? ""))).toEqual([]);
  });

  test("shows what it is in a menu", () => {
    expect(title.length).toBeLessThanOrEqual(40);
    expect(description).toMatch(/^.{20,120}\.$/u);
    expect(tags.length).toBeGreaterThan(0);
    for (const argument of takes) expect(argument.description).toMatch(/\.$/u);
  });
});

describe("a search", () => {
  const found = (words: string[], tags: string[] = []): string[] =>
    searchPrompts(prompts, words, tags).map(({ name }) => name);

  test("without words gives all, by name", () => {
    expect(found([])).toEqual(prompts.map(({ name }) => name));
  });

  test("puts first what is called so, and wants every word", () => {
    expect(found(["write"]).slice(0, 3)).toEqual(["write-changelog", "write-docs", "write-tests"]);
    expect(found(["Review", "code"])).toEqual(["review-change"]);
    expect(found(["write tests"])[0]).toBe("write-tests");
    expect(found(["nothing-like-it"])).toEqual([]);
  });

  test("by tags wants every tag, whatever the case", () => {
    expect(found([], ["Quality", "test"])).toEqual(["write-tests"]);
    expect(found(["refactor"], ["docs"])).toEqual([]);
  });
});
