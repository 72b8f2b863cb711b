import * as z from "zod";
import { describeTool } from "../../shared/mcp/tool-list.ts";
import type { Server } from "../../shared/server.ts";
import type { Tool, ToolFacts } from "../../shared/tool.ts";
import { catalog } from "../catalog.ts";
import { expandServers, loadServer } from "./server-names.ts";
import { print, table } from "./terminal.ts";

export interface ToolsOptions {
  readonly json: boolean;
  readonly markdown: boolean;
}

/** One line of the catalogue. */
interface Row {
  readonly server: string;
  readonly tool: string;
  /** `read`, or by action: `read (list), destroy (delete)`. */
  readonly effect: string;
  readonly reach: string;
  /** What its entry in `tools/list` costs a model: characters / 4. */
  readonly tokens: number;
  readonly description: string;
}

/** Prints every tool of a server, or of all: what it may do and what it costs. Opens nothing. */
export async function tools(name: string | undefined, options: ToolsOptions): Promise<void> {
  const names = name === undefined ? Object.keys(catalog) : expandServers([name]);
  const servers = await Promise.all(names.map((each) => loadServer(each)));
  const rows = servers.flatMap((server) => server.tools.map((tool) => rowOf(server, tool)));
  if (options.json) print(JSON.stringify(rows, null, 2));
  else print(options.markdown ? markdown(rows) : text(rows));
}

function rowOf(server: Server, tool: Tool<never>): Row {
  const facts: ToolFacts = { ...tool, server: server.name, reach: reachOf(server, tool) };
  return {
    server: server.name,
    tool: tool.name,
    effect: effectText(tool),
    reach: facts.reach,
    tokens: Math.ceil(JSON.stringify(describeTool(facts)).length / 4),
    description: tool.description,
  };
}

function reachOf(server: Server, tool: Tool<never>): ToolFacts["reach"] {
  if (typeof tool.reach === "string") return tool.reach;
  const defaults = z.safeParse(server.options, {});
  return tool.reach(defaults.success ? defaults.data : {});
}

function effectText({ effect }: Tool<never>): string {
  if (typeof effect === "string") return effect;
  const actions = Object.entries(effect).filter(([key]) => key !== "by");
  return (["read", "write", "destroy"] as const)
    .map((each) => [each, actions.filter(([, its]) => its === each).map(([action]) => action)] as const)
    .flatMap(([each, of]) => (of.length === 0 ? [] : [`${each} (${of.join(", ")})`]))
    .join(", ");
}

function text(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    `${row.server}.${row.tool}`,
    row.effect,
    row.reach,
    `${row.tokens}`,
    firstSentence(row),
  ]);
  const total = rows.reduce((sum, { tokens }) => sum + tokens, 0);
  return `${table([["tool", "effect", "reach", "tokens", "what"], ...cells])}\n\n${rows.length} tools, ${total} tokens`;
}

function markdown(rows: readonly Row[]): string {
  const lines = rows.map(
    (row) =>
      `| \`${row.tool}\` | ${row.server} | ${row.effect.replaceAll(/ \([^)]*\)/gu, "")} | ${row.reach} | ${row.tokens} | ${firstSentence(row).replaceAll("|", "\\|")} |`,
  );
  return [
    "| tool | server | effect | reach | tokens | what it does |",
    "| --- | --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

function firstSentence({ description }: Row): string {
  return /^.*?\.(?= |$)/s.exec(description)?.[0] ?? description;
}
