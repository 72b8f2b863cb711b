import type { Answer, Call, Stage } from "../call.ts";
import type { ToolFacts } from "../tool.ts";

/** Tells a caller once what it should know about the places that a call is about. */
export interface Announcer {
  /** What to add to the answer; nothing for nearly every call, at once. */
  notesFor(tool: ToolFacts, input: unknown, call: Call): Promise<readonly string[]> | undefined;
}

/** Adds to answers what nobody asked for and a good colleague would mention. A failure is answered as it is. */
export function withAnnouncements(announcer: Announcer): Stage {
  return (endpoint) => ({
    ...endpoint,
    async call(input, call): Promise<Answer> {
      const answer = await endpoint.call(input, call);
      if (answer.kind === "question") return answer;
      const looking = announcer.notesFor(endpoint.tool, input, call);
      if (looking === undefined) return answer;
      const notes = await looking;
      return notes.length === 0 ? answer : { ...answer, notes: [...(answer.notes ?? []), ...notes] };
    },
  });
}
