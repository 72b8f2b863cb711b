import type { HandlerReport, HookFileReport, HookReport } from "../../shared/hook-desk.ts";

/** A report for reading: first how many handlers run, then files, then each handler with its reasons. */
export function reportLines({ files, handlers, notes }: HookReport): string[] {
  const running = handlers.filter(({ state }) => state.startsWith("runs")).length;
  return [
    `[${handlers.length} ${handlers.length === 1 ? "hook" : "hooks"}, ${running} may run]`,
    ...notes,
    ...files.flatMap(fileLines),
    ...handlers.flatMap(handlerLines),
  ];
}

function fileLines({ file, scope, dialect, state, problems }: HookFileReport): string[] {
  const kind = dialect === "plumbline" || dialect === "claude" ? "" : `, ${dialect}'s form`;
  return [`${file} (${scope}${kind}): ${state}`, ...problems.map((problem) => `  ${problem}`)];
}

function handlerLines({
  id,
  event,
  matcher,
  type,
  runs,
  where,
  trust,
  state,
  problems,
  last,
}: HandlerReport): string[] {
  return [
    `${id} ${event} on ${matcher}: ${state}`,
    `  ${type}: ${shortened(runs)}`,
    `  from ${where}, ${trust === "own" ? "your own" : trust}`,
    ...problems.map((problem) => `  ! ${problem}`),
    ...(last.length === 0 && state.startsWith("runs") ? ["  no run on record"] : []),
    ...last.map(
      ({ time, subject, matched, result, ms }) => `  ${time} ${subject} by ${matched}: ${result}, ${ms} ms`,
    ),
  ];
}

const LONGEST = 300;

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters)`;
}
