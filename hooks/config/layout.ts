import type { Node } from "jsonc-parser";
import { isGeminiEvent } from "./event-of.ts";
import { fieldOf, fieldsOf, itemsOf, type Field } from "./json-fields.ts";

/** Whose way of writing hooks a file follows; only `claude` is run here. */
export type Dialect = "claude" | "codex" | "cursor" | "copilot" | "gemini" | "flat" | "fragment" | "unknown";

/** `grouped`: event, groups, handlers. `flat`: event, handlers. `fragment`: one group outside of any event. */
export type Shape = "grouped" | "flat" | "fragment" | "none";

export interface About {
  /** Where the text stands: other hosts' files are known by their folders too. */
  readonly file: string;
  /** True for files that only we read. */
  readonly own: boolean;
}

export interface Layout {
  readonly dialect: Dialect;
  readonly shape: Shape;
  /** Of `grouped` and `flat`, whatever their values are. */
  readonly events: readonly Field[];
}

const CAMEL_CASE = /^[a-z]+(?:[A-Z][A-Za-z]*)?$/u;

/** Finds out how the object of a file is written. Pure; takes one look at each handler. */
export function layoutOf(root: Node, about: About): Layout {
  const hooks = fieldOf(root, "hooks");
  if (hooks?.type === "array" && isFragment(root, hooks))
    return { dialect: "fragment", shape: "fragment", events: [] };
  const events = hooks === undefined ? [] : fieldsOf(hooks);
  const shape = shapeOf(events);
  return { dialect: dialectOf(events, shape, about), shape, events };
}

/** What a file is by its name alone. */
export function dialectByPlace({ file, own }: About): Dialect {
  if (own) return "claude";
  const path = file.replaceAll("\\", "/");
  for (const [pattern, dialect] of PLACES) if (pattern.test(path)) return dialect;
  return "unknown";
}

const PLACES: readonly (readonly [RegExp, Dialect])[] = [
  [/(?:^|\/)\.?codex\/[^/]*$/u, "codex"],
  [/(?:^|\/)\.?cursor\/[^/]*$/u, "cursor"],
  [/(?:^|\/)\.?gemini\/[^/]*$/u, "gemini"],
  [/(?:^|\/)(?:\.github\/hooks|\.?copilot(?:\/hooks)?)\/[^/]*$/u, "copilot"],
  [/(?:^|\/)\.claude\/settings|(?:^|\/)(?:hooks|settings[^/]*)\.json$/u, "claude"],
];

function isFragment(root: Node, hooks: Node): boolean {
  return fieldOf(root, "matcher") !== undefined || itemsOf(hooks).some(isHandler);
}

function shapeOf(events: readonly Field[]): Shape {
  const items = events.flatMap(({ value }) => itemsOf(value));
  if (items.some((item) => fieldOf(item, "hooks") !== undefined)) return "grouped";
  if (items.some(isHandler)) return "flat";
  return events.length === 0 ? "none" : "grouped";
}

function dialectOf(events: readonly Field[], shape: Shape, about: About): Dialect {
  const place = dialectByPlace(about);
  if (shape === "none") return place;
  if (shape === "grouped" && isClaudes(about)) return "claude";
  if (events.some(({ name }) => isGeminiEvent(name))) return "gemini";
  if (place === "copilot" || handlersOf(events).some(isCopilots)) return "copilot";
  if (shape === "flat")
    return place === "cursor" || events.some(({ name }) => CAMEL_CASE.test(name)) ? "cursor" : "flat";
  return place === "codex" || place === "gemini" ? place : "claude";
}

/** Whoever writes into Claude's own file means Claude: one odd key must not take the guards beside it away. */
function isClaudes({ own, file }: About): boolean {
  return own || /(?:^|[\\/])\.claude[\\/][^\\/]*$/u.test(file);
}

function handlersOf(events: readonly Field[]): Node[] {
  const items = events.flatMap(({ value }) => itemsOf(value));
  return items.flatMap((item) => {
    const hooks = fieldOf(item, "hooks");
    return hooks === undefined ? [item] : itemsOf(hooks);
  });
}

function isHandler(node: Node): boolean {
  return fieldsOf(node).some(({ name }) => HANDLER_KEYS.has(name)) && fieldOf(node, "hooks") === undefined;
}

const HANDLER_KEYS: ReadonlySet<string> = new Set(["type", "command", "bash", "powershell", "prompt", "url"]);

function isCopilots(handler: Node): boolean {
  return fieldsOf(handler).some(
    ({ name }) => name === "bash" || name === "powershell" || name === "timeoutSec",
  );
}
