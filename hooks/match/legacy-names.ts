/** Names that Claude Code's tools had before, and those that they have now. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ["Task", "Agent"],
  ["KillShell", "TaskStop"],
  ["KillBash", "TaskStop"],
  ["AgentOutputTool", "TaskOutput"],
  ["BashOutputTool", "TaskOutput"],
]);

const SPELLINGS = new Map<string, readonly string[]>();
for (const [old, now] of RENAMED) SPELLINGS.set(now, [...(SPELLINGS.get(now) ?? [now]), old]);
for (const [old, now] of RENAMED) SPELLINGS.set(old, SPELLINGS.get(now) ?? [now]);

/** Every name that a tool has or had: what is written for one of them means the tool under each of them. */
export function spellingsOf(name: string): readonly string[] {
  return SPELLINGS.get(name) ?? [name];
}
