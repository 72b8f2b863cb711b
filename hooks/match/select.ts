import { escapeForPerson } from "../../shared/escape-for-person.ts";
import type { ViewTool } from "../../shared/tool.ts";
import type { EventName } from "../config/events.ts";
import type { LoadedHandler } from "../handler.ts";
import {
  refusal,
  runsOfCall,
  runsOfPayload,
  type Bases,
  type Ready,
  type Refusal,
  type Run,
  type SeenView,
  type ToolSubject,
} from "./find-runs.ts";
import { compileMatcher } from "./matcher.ts";
import { PatternRunner } from "./pattern-runner.ts";
import { RuleTime } from "./rule-time.ts";

export type { SeenView } from "./find-runs.ts";

/** One run of a handler that an event asks for. */
export interface Selected extends Run {
  readonly loaded: LoadedHandler;
  /** The same handler where it is written again: one run is enough, of the first of them all that may run. */
  readonly twins: readonly Selected[];
}

/** A handler of this event that does not run for it, and why. */
export interface Passed extends Refusal {
  readonly loaded: LoadedHandler;
}

export interface Selection {
  readonly selected: readonly Selected[];
  readonly passed: readonly Passed[];
}

/** The handlers of one configuration with their matchers ready; made once for each. Nothing in it throws. */
export class Selector {
  readonly #handlers: readonly Ready[];

  constructor(handlers: readonly LoadedHandler[]) {
    // what a stranger's expressions take is not taken from the person's own
    const runners = { home: new PatternRunner(), project: new PatternRunner(), local: new PatternRunner() };
    this.#handlers = handlers.map((loaded) => {
      const { matcher, event } = loaded.handler;
      return { loaded, matcher: compileMatcher(matcher, event, runners[loaded.source.scope]) };
    });
  }

  /** Whether a handler of these events may be selected, whatever its `if` says. Costs microseconds. */
  mayConcern(events: readonly EventName[], names: readonly string[], views: readonly ViewTool[]): boolean {
    return this.#handlers.some(
      ({ loaded: { handler, off }, matcher }) =>
        off === undefined &&
        events.includes(handler.event) &&
        (names.some((name) => matcher.test(name) !== false) ||
          views.some((name) => matcher.test(name) !== false)),
    );
  }

  /**
   * The runs that a call asks for, in configuration order and then in the order of the views. A handler runs once for
   * each view that its matcher selects, else once under the canonical name. What cannot be decided runs, except behind a
   * matcher that is no pattern at all: that one runs only when it is to block on failure.
   */
  forTool(subject: ToolSubject): Selection {
    const rules = new RuleTime();
    return this.#select(subject, (ready) => runsOfCall(ready, subject, rules));
  }

  /**
   * The runs that any other event asks for: the matcher is tested against the field of the payload that counts there,
   * and selects when there is none. A handler with `if` never runs where the event is about no tool.
   */
  forPayload(event: EventName, payload: Readonly<Record<string, unknown>>, bases: Bases): Selection {
    const about = { ...bases, rules: new RuleTime() };
    return this.#select({ event, root: bases.root }, (ready) => runsOfPayload(ready, payload, about));
  }

  #select({ event, root }: At, find: (ready: Ready) => readonly Run[] | Refusal): Selection {
    const selected: Taken[] = [];
    const passed: Passed[] = [];
    const first = new Map<SeenView | undefined, Map<string, Taken>>();
    for (const ready of this.#handlers) {
      const { loaded } = ready;
      if (loaded.handler.event !== event) continue;
      const found = loaded.off === undefined ? find(ready) : refusal(loaded.off);
      if ("why" in found) {
        passed.push({ loaded, ...found });
        continue;
      }
      const key = keyOf(loaded, root);
      const taken = found.map((run) => take(first, key, { ...run, loaded, twins: [] }));
      const own = new Set(taken.filter((each) => each.loaded === loaded));
      selected.push(...own);
      const [twin] = taken;
      if (own.size === 0 && twin !== undefined)
        passed.push({ loaded, ...refusal(`the same as ${labelOf(twin)}`) });
    }
    return { selected, passed };
  }
}

interface At {
  readonly event: EventName;
  readonly root: string;
}

type Taken = Selected & { readonly twins: Selected[] };

/** What makes two handlers the same. */
function keyOf({ handler, source }: LoadedHandler, root: string): string {
  const { type, command, args, if: rule, shell, url } = handler;
  // the same words run another script in another root
  const parts = [source.root ?? root, type, command, args, rule, shell, url];
  return JSON.stringify(parts.map((part) => part ?? null));
}

/** The run itself, or the one of the same view that it repeats. */
function take(first: Map<SeenView | undefined, Map<string, Taken>>, key: string, run: Taken): Taken {
  const ofView = first.get(run.view) ?? new Map<string, Taken>();
  first.set(run.view, ofView);
  const before = ofView.get(key);
  if (before === undefined) ofView.set(key, run);
  else if (before.loaded !== run.loaded) before.twins.push(run);
  return before ?? run;
}

function labelOf({ loaded: { handler, source } }: Taken): string {
  return `${handler.at} of ${escapeForPerson(source.file)}`;
}
