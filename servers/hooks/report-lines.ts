import { EVENTS } from "../../hooks/config/events.ts";
import type { HandlerReport, HookFileReport, HookReport } from "../../shared/hook-desk.ts";

type Color = "red" | "yellow" | "green" | "grey";

export interface Looks {
  /** Characters that a command may take; the rest of it is cut. */
  readonly width?: number;
  readonly paint?: (color: Color, text: string) => string;
}

const LONGEST = 300;
const WIDEST_MATCHER = 32;

/** What each state asks of a person, in the order in which that matters to them. */
const SECTIONS = [
  { status: "waits", color: "yellow", title: "waiting for approval: plumbline hooks trust" },
  { status: "broken", color: "red", title: "broken" },
  { status: "runs", color: "green", title: "running" },
  { status: "off", color: "grey", title: "off" },
] as const;

/**
 * A report for reading: how many there are, then what waits for approval, what is broken, what runs, each by event with
 * its reasons and last runs; then the files.
 */
export function reportLines({ files, handlers, notes }: HookReport, looks: Looks = {}): string[] {
  const { width = LONGEST, paint = (_color, text) => text } = looks;
  const style: Style = { widths: widthsOf(handlers), longest: Math.max(20, width - 4), paint };
  const bad = files.filter(isBad);
  return [
    counted(handlers, bad.length),
    ...SECTIONS.flatMap(({ status, color, title }) => {
      const those = byEvent(handlers.filter((handler) => handler.status === status));
      const lines = [
        ...(status === "broken" ? bad.flatMap((file) => fileLines(file, style)) : []),
        ...those.flatMap((handler) => handlerLines(handler, style)),
      ];
      return lines.length === 0 ? [] : ["", paint(color, title), ...lines];
    }),
    "",
    paint("grey", "files"),
    ...files.filter((file) => !isBad(file)).flatMap((file) => fileLines(file, style)),
    ...notes,
  ];
}

interface Style {
  readonly widths: Readonly<Record<"event" | "matcher" | "where", number>>;
  readonly longest: number;
  readonly paint: (color: Color, text: string) => string;
}

function counted(handlers: readonly HandlerReport[], badFiles: number): string {
  if (handlers.length + badFiles === 0) return "[no hooks]";
  const count = (status: HandlerReport["status"]): number =>
    handlers.filter((handler) => handler.status === status).length;
  const parts = [
    [count("waits"), "waiting for approval"],
    [count("broken"), "broken"],
    [count("runs"), "running"],
    [count("off"), "off"],
  ] as const;
  const words = parts.filter(([many]) => many > 0).map(([many, what]) => `${many} ${what}`);
  const hooks = `${handlers.length} ${handlers.length === 1 ? "hook" : "hooks"}`;
  const broken = badFiles === 0 ? "" : `; ${badFiles} ${badFiles === 1 ? "file" : "files"} with errors`;
  return `[${hooks}${words.length === 0 ? "" : `: ${words.join(", ")}`}${broken}]`;
}

/** A file that was meant to say something, and does not say all of it. */
function isBad({ state, problems }: HookFileReport): boolean {
  return state === "broken" || (state === "read" && problems.length > 0);
}

function byEvent(handlers: readonly HandlerReport[]): HandlerReport[] {
  const order = Object.keys(EVENTS);
  return handlers.toSorted((a, b) => order.indexOf(a.event) - order.indexOf(b.event));
}

const WHOSE = { home: "yours", project: "the project's", local: "this copy's" } as const;
const STATES = { read: "", missing: ", not there", broken: ", not read", skipped: ", not run" } as const;

function fileLines({ file, scope, state, problems }: HookFileReport, { paint }: Style): string[] {
  const bad = state === "missing" || state === "read" ? "grey" : "red";
  return [
    `  ${file}  ${paint("grey", WHOSE[scope])}${paint(bad, STATES[state])}`,
    ...problems.map((problem) => `    ${paint("red", "!")} ${problem}`),
  ];
}

function handlerLines(handler: HandlerReport, { widths, longest, paint }: Style): string[] {
  const { id, event, matcher, type, runs, where, status, state, problems, last } = handler;
  const head = [
    event.padEnd(widths.event),
    cut(matcher, WIDEST_MATCHER).padEnd(widths.matcher),
    where.padEnd(widths.where),
    id,
  ];
  const isPlain = state === "runs" || state === "waits: nobody approved it";
  const isGood = status === "runs" || status === "off";
  return [
    `  ${head.join("  ")}`,
    `    ${type === "command" ? "$ " : ""}${cut(runs, longest)}`,
    ...(isPlain ? [] : [`    ${isGood ? paint("grey", state) : `${paint("red", "!")} ${state}`}`]),
    ...problems.map((problem) => `    ${paint("yellow", "!")} ${problem}`),
    ...(last.length === 0 && status === "runs" ? [`    ${paint("grey", "no run on record")}`] : []),
    ...last.map((run) => runLine(run, { longest, paint })),
  ];
}

function runLine(
  { time, subject, matched, result, ms, times }: HandlerReport["last"][number],
  { longest, paint }: Pick<Style, "longest" | "paint">,
): string {
  const as = matched === "all" ? "" : ` as ${matched}`;
  const when = `${time.replace(/\.\d+Z$/u, "Z")} ${subject}${as}:`;
  const took = times === 1 ? `, ${ms} ms` : `, ${times} times, the last ${ms} ms`;
  const said = cut(result, Math.max(20, longest - when.length - took.length - 1));
  return `    ${paint("grey", when)} ${paint(colorOf(result), said)}${paint("grey", took)}`;
}

function colorOf(result: string): Color {
  if (/^(?:failed|deny|block|stop)/u.test(result)) return "red";
  return /^(?:ask|not run)/u.test(result) ? "yellow" : "green";
}

function widthsOf(handlers: readonly HandlerReport[]): Style["widths"] {
  const widest = (texts: readonly string[], most: number): number =>
    Math.min(most, Math.max(0, ...texts.map((text) => text.length)));
  return {
    event: widest(
      handlers.map(({ event }) => event),
      20,
    ),
    matcher: widest(
      handlers.map(({ matcher }) => matcher),
      WIDEST_MATCHER,
    ),
    where: widest(
      handlers.map(({ where }) => where),
      40,
    ),
  };
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
