import { expect, test } from "vitest";
import * as z from "zod";
import type { Endpoint } from "../../shared/call.ts";
import { ToolError } from "../../shared/errors.ts";
import type { CompletingUri } from "../../shared/server.ts";
import { connect } from "../support/connect.ts";
import { createFixture } from "./fixture.ts";

function completing(asked: CompletingUri[]) {
  const templates = [{ uriTemplate: "refs://{root}/{ref}", name: "ref", description: "A thing." }];
  return {
    templates,
    owns: (uri: string) => uri.startsWith("refs://"),
    read: createReader(),
    async complete(each: CompletingUri) {
      asked.push(each);
      if (each.variable === "odd") throw new ToolError("invalid_input", "no such variable");
      return { values: ["main", "mine"], total: 250 };
    },
  };
}

function createReader(): Endpoint {
  return {
    tool: {
      server: "fixture",
      name: "read",
      title: "Read",
      description: "Reads.",
      effect: "read",
      reach: "local",
      input: z.object({}),
      touches: () => ({}),
      views: { as: [], of: () => [] },
    },
    call: async () => ({ kind: "answer", parts: [] }),
  };
}

for (const era of ["legacy", "modern"] as const)
  test(`a client of the ${era} era completes a variable of a template, knowing the others`, async () => {
    const asked: CompletingUri[] = [];
    const { mount } = createFixture({ resources: [completing(asked)] });
    await using connected = await connect(mount.create, { era });
    const { client } = connected;
    expect(client.getServerCapabilities()).toMatchObject({ completions: {} });
    const ref = { type: "ref/resource", uri: "refs://{root}/{ref}" } as const;
    const { completion } = await client.complete({
      ref,
      argument: { name: "ref", value: "m" },
      context: { arguments: { root: "." } },
    });
    expect(completion).toEqual({ values: ["main", "mine"], total: 250, hasMore: true });
    expect(asked).toMatchObject([
      { uriTemplate: "refs://{root}/{ref}", variable: "ref", value: "m", known: { root: "." } },
    ]);
    await expect(client.complete({ ref, argument: { name: "odd", value: "" } })).rejects.toMatchObject({
      code: -32_602,
      message: expect.stringContaining("no such variable"),
    });
    const other = { type: "ref/resource", uri: "fix://{name}" } as const;
    expect(
      (await client.complete({ ref: other, argument: { name: "name", value: "" } })).completion.values,
    ).toEqual([]);
  });
