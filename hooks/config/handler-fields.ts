import * as z from "zod";
import { HANDLER_TYPES, type HandlerType } from "../handler.ts";

const text = field(z.string(), "a text");
const name = field(z.string().min(1), "a text that is not empty");
// A zero byte would end the text before its reader is done with it.
const line = field(
  z.string().regex(/^(?=[^\0]*\S)[^\0]*$/u),
  "a text that is not empty and has no zero byte",
);
const texts = field(z.array(z.string().regex(/^[^\0]*$/u)), "a list of texts");
const flag = field(z.boolean(), "true or false");
const any = field(z.unknown(), "anything");

/** Fields that become a handler's, as they are. */
const KEPT = {
  type: field(z.enum(HANDLER_TYPES), HANDLER_TYPES.join(", ")),
  if: line,
  command: line,
  args: texts,
  shell: field(z.enum(["bash", "powershell"]), "bash or powershell"),
  onFailure: field(z.enum(["continue", "block"]), "continue or block"),
  url: line,
  headers: field(z.record(z.string(), z.string()), "an object of texts"),
  allowedEnvVars: texts,
} as const;

/** Every field that some handler may have. */
const FIELDS = {
  ...KEPT,
  timeout: field(z.number().positive(), "a number of seconds above 0"),
  statusMessage: text,
  once: flag,
  async: flag,
  asyncRewake: flag,
  rewakeMessage: any,
  rewakeSummary: any,
  commandWindows: any,
  server: name,
  tool: name,
  input: any,
  prompt: name,
  model: text,
  continueOnBlock: flag,
} as const;

const all = z.object(FIELDS);
const kept = z.object(KEPT);

export type FieldName = keyof typeof FIELDS;
export type FieldValues = Readonly<z.infer<typeof all>>;

const COMMON: readonly FieldName[] = ["type", "if", "timeout", "statusMessage", "once"];

/** The fields that each type of handler knows, those that it cannot do without first. */
const OF_TYPE: Readonly<
  Record<HandlerType, { readonly needs: readonly FieldName[]; readonly knows: readonly FieldName[] }>
> = {
  command: {
    needs: ["command"],
    // The types do not list the last three, but Anthropic's own plugins and Codex write them.
    knows: [
      "args",
      "shell",
      "async",
      "asyncRewake",
      "onFailure",
      "rewakeMessage",
      "rewakeSummary",
      "commandWindows",
    ],
  },
  http: { needs: ["url"], knows: ["headers", "allowedEnvVars", "onFailure"] },
  mcp_tool: { needs: ["server", "tool"], knows: ["input", "onFailure"] },
  // Claude has no onFailure for these; here they always fail, and who writes it means it.
  prompt: { needs: ["prompt"], knows: ["model", "continueOnBlock", "onFailure"] },
  agent: { needs: ["prompt"], knows: ["model", "onFailure"] },
};

/** What a handler without them would do is not what its author wrote; any other is left out when it is wrong. */
const DECISIVE: ReadonlySet<string> = new Set([
  "type",
  "if",
  "command",
  "args",
  "shell",
  "url",
  "headers",
  "allowedEnvVars",
]);

export function fieldsOfType(type: HandlerType): readonly FieldName[] {
  return [...COMMON, ...OF_TYPE[type].needs, ...OF_TYPE[type].knows];
}

/** The fields that a handler of this type lacks. */
export function missingFields(type: HandlerType, given: ReadonlySet<string>): readonly FieldName[] {
  return OF_TYPE[type].needs.filter((field) => !given.has(field));
}

/** Whether a wrong value of this field takes its handler away. */
export function isDecisive(type: HandlerType, field: FieldName): boolean {
  return DECISIVE.has(field) || OF_TYPE[type].needs.includes(field);
}

/** What a field should have been; nothing when `value` is that. */
export function expectationOf(field: FieldName, value: unknown): string | undefined {
  const schema = FIELDS[field];
  return schema.safeParse(value).success ? undefined : (schema.meta()?.title ?? "something else");
}

/** Values that each passed on their own. */
export function typed(values: Readonly<Record<string, unknown>>): FieldValues {
  return all.parse(values);
}

/** Those of them that a handler keeps. */
export function keptOf(values: FieldValues): Readonly<z.infer<typeof kept>> {
  return kept.parse(values);
}

function field<Schema extends z.ZodType>(schema: Schema, title: string): z.ZodExactOptional<Schema> {
  return z.exactOptional(schema).meta({ title });
}
