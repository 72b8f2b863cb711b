import type { Tool } from "@modelcontextprotocol/server";
import * as z from "zod";
import { annotationsOf, type ToolFacts } from "../tool.ts";

/** One tool as `tools/list` shows it. The same input gives the same bytes, so a client's prompt cache holds. */
export function describeTool(tool: ToolFacts): Tool {
  return {
    name: tool.name,
    // the title is among the annotations, where clients of every revision look: twice would be paid twice
    description: tool.description,
    inputSchema: schemaOf(tool.input, "input"),
    ...(tool.output === undefined ? {} : { outputSchema: schemaOf(tool.output, "output") }),
    annotations: annotationsOf(tool),
  };
}

function schemaOf(schema: z.ZodObject, io: "input" | "output"): Tool["inputSchema"] {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, override: dropSafeIntegerBounds });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a zod object always gives `type: "object"`
  return json as Tool["inputSchema"];
}

/** `z.int()` bounds every whole number by 2^53; a model pays for the bounds and learns nothing from them. */
function dropSafeIntegerBounds({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}
