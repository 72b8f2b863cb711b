import type { Place } from "../../shared/access.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import type { Intent } from "../../shared/access.ts";
import type { Answer, Call, CallRecord, Lifetime, Question, Reply, Sealed } from "../../shared/call.ts";
import { ToolError } from "../../shared/errors.ts";
import { toEndpoint } from "../../shared/pipeline/run.ts";
import { openPolicy, type Policy, type PolicyOptions } from "../../shared/policy/policy.ts";
import { withPolicy } from "../../shared/policy/stage.ts";
import { toolFor, type EffectRule, type Reach } from "../../shared/tool.ts";
import type { Workspace } from "../../shared/workspace/workspace.ts";
import { freshCall, person } from "../support/calls.ts";
import { opened, type OpenedWorkspace } from "../support/workspace.ts";

const input = z.strictObject({
  action: z.string().optional(),
  path: z.string().optional(),
  paths: z.array(z.string()).optional(),
  argv: z.array(z.string()).optional(),
  remote: z.string().optional(),
  force: z.boolean().optional(),
});
export type Input = z.output<typeof input>;

export interface Desk extends OpenedWorkspace {
  readonly state: string;
  readonly policy: Policy;
  /** A second policy on the same state, as a second server process has. */
  open(options?: Partial<PolicyOptions>): Promise<Policy>;
}

/** A workspace with these files, a state folder of its own, and a policy on both. */
export async function desk(
  files: Readonly<Record<string, string>> = {},
  options: Partial<PolicyOptions> = {},
): Promise<Desk> {
  const ground = await opened(files);
  const state = await mkdtemp(join(tmpdir(), "plumb-state-"));
  ground.scope.defer(() => rm(state, { recursive: true, force: true }));
  const open = (changes: Partial<PolicyOptions> = {}): Promise<Policy> =>
    openPolicy({
      stateFolder: state,
      workspace: ground.workspace,
      readOnly: false,
      ask: "elicit",
      rules: [],
      secretsAllowed: [],
      protectExtra: [],
      scope: ground.scope,
      ...options,
      ...changes,
    });
  return { ...ground, state, open, policy: await open() };
}

export interface Kind {
  readonly name?: string;
  readonly effect?: EffectRule;
  readonly reach?: Reach;
  /** What it asks the door for; left out: by its effect. */
  readonly intent?: Intent;
  /** Looks before the call what it would change; counted. */
  readonly foresee?: (input: Input) => Promise<readonly Place[]>;
  /** Runs in the place of the tool. */
  readonly run?: (input: Input, call: Pick<Call, "access">) => Promise<unknown>;
}

/** A tool behind the policy, and how often it ran. */
export class Bench {
  runs = 0;
  looks = 0;
  readonly records: CallRecord[] = [];
  readonly #call: (input: unknown, call: Call) => Promise<Answer>;
  #ids = 0;

  constructor(policy: Policy, kind: Kind = {}) {
    const { workspace } = policy;
    const { foresee } = kind;
    const intent = kind.intent ?? (kind.effect === undefined || kind.effect === "read" ? "read" : "write");
    const tool = toolFor<object>()({
      name: kind.name ?? "fixture_tool",
      title: "Fixture",
      description: "Does what the test says.",
      effect: kind.effect ?? "read",
      reach: kind.reach ?? "local",
      input,
      touches: ({ path, paths, argv }) => ({
        ...(path === undefined && paths === undefined
          ? {}
          : { paths: [...(paths ?? []), ...(path === undefined ? [] : [path])] }),
        ...(argv === undefined ? {} : { argv }),
      }),
      ...(foresee === undefined
        ? {}
        : {
            foresee: async (given: Input) => {
              this.looks++;
              return await foresee(given);
            },
          }),
      run: async (given, context) => {
        this.runs++;
        if (kind.run !== undefined) return kind.run(given, context);
        for (const path of [...(given.paths ?? []), ...(given.path === undefined ? [] : [given.path])])
          context.access.permit(placeOf(workspace, path), intent);
        return { ran: true };
      },
      render: () => "done",
    });
    const endpoint = withPolicy(policy)(toEndpoint("fixture", tool));
    this.#call = (given, call) => endpoint.call(given, call);
  }

  /** One fresh call. */
  call(given: Input, changes: Partial<Call> = {}): Promise<Answer> {
    const call = freshCall({ id: `c${++this.#ids}-${Math.random()}`, ...changes });
    this.records.push(call.record);
    return this.#call(given, call);
  }

  /** What it came to, in one word: `ran`, `asked` or an error's code. */
  async outcome(given: Input, changes: Partial<Call> = {}): Promise<string> {
    try {
      return (await this.call(given, changes)).kind === "question" ? "asked" : "ran";
    } catch (error) {
      if (error instanceof ToolError) return error.code;
      throw error;
    }
  }

  /** The question that a call raises; throws when it raises none. */
  async ask(given: Input, changes: Partial<Call> = {}): Promise<{ question: Question; sealed: Sealed }> {
    const answer = await this.call(given, changes);
    if (answer.kind !== "question") throw new Error("it did not ask");
    return answer;
  }

  /** The error of a refused call; throws when it is not refused. */
  async refusal(given: Input, changes: Partial<Call> = {}): Promise<ToolError> {
    try {
      await this.call(given, changes);
    } catch (error) {
      if (error instanceof ToolError) return error;
      throw error;
    }
    throw new Error("it was not refused");
  }
}

export const yes = (lifetime: Lifetime = "once"): Reply => ({ kind: "yes", lifetime });
export const no: Reply = { kind: "no", how: "decline" };
export const mute = { ...person, canAsk: false };

export function placeOf(workspace: Workspace, path: string): Place {
  return workspace.resolve(workspace.locate(path));
}
