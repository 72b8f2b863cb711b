import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { catalog } from "../../servers/catalog.ts";
import { annotationsOf, canRead, worstEffect, type ToolFacts } from "../../shared/tool.ts";

const servers = await Promise.all(Object.values(catalog).map((load) => load()));
const tools = servers.flatMap((server) =>
  server.tools.map((tool): ToolFacts => ({
    ...tool,
    server: server.name,
    reach: typeof tool.reach === "string" ? tool.reach : tool.reach({}),
  })),
);
const PATH_ARGUMENTS = ["path", "paths", "target", "from", "to", "uri", "repo", "command", "argv"];
/** Servers with many arguments, whose words are those of git or of the other tools. */
const TERSE = ["git", "search"];
/** Revisions there, and paths in the filesystem server. */
const REVISIONS = ["from", "to"];
/** Words that mean the same in every tool, or that git has made known: a description would only cost. */
const SPEAK_FOR_THEMSELVES =
  "query languages kinds depth direction path paths ref refs from to action kind name message limit cursor budget startLine endLine since until context mergeBase files texts by ff".split(
    " ",
  );

test("no two tools of the suite share a name, since all can be served together", () => {
  const names = tools.map((tool) => tool.name);
  expect(names).toEqual([...new Set(names)]);
});

describe.each(servers.map((server) => [server.name, server] as const))("the %s server", (name, server) => {
  test("lists every file under tools/, in a file that bears the tool's name", async () => {
    const files = await readdir(join("servers", name, "tools"));
    const listed = server.tools.map((tool) => `${tool.name.replaceAll("_", "-")}.ts`);
    expect(files.toSorted()).toEqual(listed.toSorted());
  });

  test("describes itself within the 512 characters that every client shows", () => {
    expect(server.instructions?.length ?? 0).toBeLessThanOrEqual(512);
    expect(server.summary.length).toBeLessThanOrEqual(120);
  });
});

describe.each(tools.map((tool) => [tool.name, tool] as const))("%s", (name, tool) => {
  const schema = z.toJSONSchema(tool.input, { io: "input" });

  test("has a name and a description that every client accepts", () => {
    expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
    expect(name.length).toBeLessThanOrEqual(40);
    expect(tool.description.length).toBeLessThanOrEqual(300);
    expect(tool.description.length).toBeGreaterThan(20);
  });

  test("takes a flat object that refuses unknown arguments and explains each known one", () => {
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    expect(Object.keys(schema)).not.toEqual(expect.arrayContaining(["oneOf", "anyOf", "allOf", "$ref"]));
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      if (TERSE.includes(tool.server) && SPEAK_FOR_THEMSELVES.includes(key)) continue;
      expect(property, key).toMatchObject({ description: expect.stringMatching(/\S/) as unknown });
    }
  });

  test("says what it touches when it takes a path or a command", () => {
    const paths = PATH_ARGUMENTS.filter(
      (argument) => !TERSE.includes(tool.server) || !REVISIONS.includes(argument),
    );
    const taken = paths.filter((argument) => argument in tool.input.shape);
    for (const argument of taken) {
      const plural = argument === "paths" || argument === "argv" || argument === "command";
      const touched = tool.touches({
        [argument]: plural ? ["a.txt"] : argument === "uri" ? "file:///a.txt" : "a.txt",
      });
      expect(JSON.stringify(touched), argument).toContain("a.txt");
    }
  });

  test("has honest annotations", () => {
    const effect = worstEffect(tool.effect);
    expect(annotationsOf(tool)).toEqual({
      title: tool.title,
      readOnlyHint: effect === "read",
      destructiveHint: effect === "destroy",
      idempotentHint: effect === "read",
      openWorldHint: tool.reach === "network",
    });
    if (effect === "read") expect(canRead(tool.effect)).toBe(true);
  });

  test("keeps its schema, unless the change is meant", async () => {
    const { title, description } = tool;
    const shown = JSON.stringify(
      { name, title, description, annotations: annotationsOf(tool), inputSchema: schema },
      null,
      2,
    );
    await expect(`${shown}\n`).toMatchFileSnapshot(`schemas/${tool.server}.${name}.json`);
  });
});
