import * as z from "zod";
import type { Place } from "./access.ts";
import type { CallContext } from "./context.ts";

/** `destroy` is what cannot be undone; a delete into the trash is `write`. */
export type Effect = "read" | "write" | "destroy";

/**
 * `process`: the call runs a program or code that the caller or the repository chose. A helper that we harden
 * and start ourselves (ripgrep, git reads, an analyser) is still `local`. `network`: something may leave the machine.
 */
export type Reach = "local" | "process" | "network";

/** One effect, or one per value of an argument: `{ by: "action", list: "read", delete: "destroy" }`. */
export type EffectRule = Effect | ({ readonly by: string } & { readonly [value: string]: string });

/** What a call is about: for rules, hooks, audit and the attack table. */
export interface Touches {
  /** Paths as the caller wrote them. A call that changes something changes what is there. */
  readonly paths?: readonly string[];
  /** Paths that a call which changes something elsewhere only reads, as a copy does. */
  readonly reads?: readonly string[];
  /** True when a link at one of these paths is meant itself, as by a move or a delete, and not what it leads to. */
  readonly linksThemselves?: boolean;
  /** The program and its arguments, when the call runs one. */
  readonly argv?: readonly string[];
}

/** Claude Code's own tools, whose names and arguments existing hook scripts know. */
export type ViewTool = "Write" | "Edit" | "MultiEdit" | "Read" | "Grep" | "Glob" | "Bash";

/** A call, or its part about one file, as one of those tools would have been called. */
export interface View {
  readonly tool: ViewTool;
  /** Other names of this very view: a matcher that selects only one of these gets it under that name, once. */
  readonly also?: readonly ViewTool[];
  /** The file as the caller wrote it: becomes `file_path` (`path` for Grep and Glob), absolute. */
  readonly path?: string;
  /** The other arguments, by the names of that tool; those that nobody knows before the call are left out. */
  readonly input: Readonly<Record<string, unknown>>;
  /**
   * So many files at least, in the directory at `path`, are touched and have no view of their own, as when a large
   * directory is deleted: no hook sees them, so a person has to be asked. `input.more` tells it to scripts.
   */
  readonly more?: number;
  /**
   * Our own input when a hook wants other arguments; they hold an absolute path again. Nothing when that cannot be
   * said in our terms. Left out, no rewriting is possible, as for one file of many.
   */
  rewrite?(changed: Readonly<Record<string, unknown>>): unknown;
}

/** How a tool is seen by hooks. */
export interface Views<Context> {
  /** Every name that one of its calls may have, those of `also` among them. */
  readonly as: readonly ViewTool[];
  /**
   * One for each file that the call touches, and one more for the file behind a path that leads elsewhere by a link.
   * Runs before policy: may look at names on the disk, never into a file. What it throws is the call's failure.
   */
  of(input: unknown, context: Context): readonly View[] | Promise<readonly View[]>;
}

/** One piece of an answer, in the shapes of MCP content. `data` is base64. */
export type Part =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly data: string; readonly mimeType: string }
  | {
      readonly type: "resource_link";
      readonly uri: string;
      readonly name: string;
      readonly mimeType?: string;
    };

/** A tool as everybody but its own server sees it. */
export interface ToolFacts {
  /** The server that it belongs to; rules and audit call it `<server>.<name>`. */
  readonly server: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly effect: EffectRule;
  readonly reach: Reach;
  readonly input: z.ZodObject;
  readonly output?: z.ZodObject;
  touches(input: unknown): Touches;
  foresee?(this: void, input: unknown, context: ViewContext): Promise<readonly Place[]>;
  says?(this: void, input: unknown, context: ViewContext): Promise<readonly string[]>;
  readonly views: Views<ViewContext>;
}

/** What making views, foreseeing and saying may use. */
export interface ViewContext {
  readonly signal: AbortSignal;
}

/** A tool whose own types are folded away; made only by `toolFor`. */
export interface Tool<Deps> extends Omit<ToolFacts, "server" | "reach" | "views" | "foresee" | "says"> {
  foresee?(this: void, input: unknown, context: ViewContext & Deps): Promise<readonly Place[]>;
  says?(this: void, input: unknown, context: ViewContext & Deps): Promise<readonly string[]>;
  readonly views: Views<ViewContext & Deps>;
  readonly reach: Reach | ((options: unknown) => Reach);
  run(input: unknown, context: CallContext & Deps): Promise<unknown>;
  render(data: unknown): string | readonly Part[];
  /** Ever shorter forms of the answer, tried in order when the full one is over the budget. */
  readonly shorter: readonly ((data: unknown) => string)[];
}

/** What one file under `tools/` declares. The wire name is the file's name. */
export interface ToolSpec<Deps, Input extends z.ZodObject, Data, Output extends z.ZodObject> {
  readonly name: string;
  readonly title: string;
  /** What, when, and when not; at most 300 characters, every client pays for it at each start. */
  readonly description: string;
  readonly effect: EffectRule;
  readonly reach: Reach | ((options: unknown) => Reach);
  readonly input: Input;
  /** Only for small data. With it the client may show the model nothing else, so it must hold everything. */
  readonly output?: Output;
  /** Required for every tool that takes a path or a command. */
  touches?(input: z.output<Input>): Touches;
  /**
   * Places that the call would change beside those of `touches`, known only by looking: each file, link or submodule
   * that would be made, changed or taken away. Runs before policy, and not for a call that only reads or is denied
   * anyway; may read, changes nothing. What it throws is the call's failure.
   */
  foresee?(this: void, input: z.output<Input>, context: ViewContext & Deps): Promise<readonly Place[]>;
  /** Lines that a person has to see before a yes, such as where a name leads; only for calls that ask, as `foresee`. */
  says?(this: void, input: z.output<Input>, context: ViewContext & Deps): Promise<readonly string[]>;
  /**
   * How existing hook scripts see the call. Left out, a call that changes something is an `Edit` of each path that it
   * touches, a command is `Bash`, and any other call has only its own name.
   */
  readonly views?: {
    readonly as: readonly ViewTool[];
    of(input: z.output<Input>, context: ViewContext & Deps): readonly View[] | Promise<readonly View[]>;
  };
  run(input: z.output<Input>, context: CallContext & Deps): Promise<Data>;
  /** Total: it makes text of any data. Left out, the data is shown as JSON. */
  render?(data: Data): string | readonly Part[];
  readonly shorter?: readonly ((data: Data) => string)[];
}

/** Binds a server's dependencies once, so that each of its tools infers all the rest. */
export function toolFor<Deps>() {
  return function tool<Input extends z.ZodObject, Data, Output extends z.ZodObject = z.ZodObject>(
    spec: ToolSpec<Deps, Input, Data, Output>,
  ): Tool<Deps> {
    const { foresee, says } = spec;
    return {
      name: spec.name,
      title: spec.title,
      description: spec.description,
      effect: spec.effect,
      reach: spec.reach,
      input: spec.input,
      ...(spec.output === undefined ? {} : { output: spec.output }),
      // oxlint-disable typescript/no-unsafe-type-assertion -- the pipeline parses with `input` before it calls these
      touches: (input) => spec.touches?.(input as z.output<Input>) ?? {},
      ...(foresee === undefined
        ? {}
        : {
            foresee: (input: unknown, context: ViewContext & Deps) =>
              foresee(input as z.output<Input>, context),
          }),
      ...(says === undefined
        ? {}
        : { says: (input: unknown, context: ViewContext & Deps) => says(input as z.output<Input>, context) }),
      views:
        spec.views === undefined
          ? plainViews(spec)
          : {
              as: spec.views.as,
              of: (input, context) => spec.views?.of(input as z.output<Input>, context) ?? [],
            },
      run: (input, context) => spec.run(input as z.output<Input>, context),
      render: (data) => spec.render?.(data as Data) ?? JSON.stringify(data),
      shorter: (spec.shorter ?? []) as readonly ((data: unknown) => string)[],
      // oxlint-enable typescript/no-unsafe-type-assertion
    };
  };
}

/** The views of a tool that declares none. */
function plainViews<Deps, Input extends z.ZodObject, Data, Output extends z.ZodObject>(
  spec: ToolSpec<Deps, Input, Data, Output>,
): Views<unknown> {
  const changes = worstEffect(spec.effect) !== "read";
  return {
    as: changes ? ["Edit", "Bash"] : ["Bash"],
    of(input) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the pipeline parses with `input` before it calls this
      const { paths = [], argv } = spec.touches?.(input as z.output<Input>) ?? {};
      if (argv !== undefined) return [{ tool: "Bash", input: { command: argv.join(" ") } }];
      if (effectOf(spec.effect, input) === "read") return [];
      return paths.map((path) => ({ tool: "Edit", path, input: {} }));
    },
  };
}

const SEVERITY = { read: 0, write: 1, destroy: 2 } as const;

/** The effect of this very call: for a tool with several actions, that of the chosen one. */
export function effectOf(rule: EffectRule, input: unknown): Effect {
  if (typeof rule === "string") return rule;
  const chosen = isRecord(input) ? rule[String(input[rule.by])] : undefined;
  return isEffect(chosen) ? chosen : worstEffect(rule);
}

/** The worst that a tool can do: what its annotation says. */
export function worstEffect(rule: EffectRule): Effect {
  return everyEffect(rule).reduce(
    (worst, effect) => (SEVERITY[effect] > SEVERITY[worst] ? effect : worst),
    "read",
  );
}

/** True when the tool, or one of its actions, only reads: `--read-only` keeps it. */
export function canRead(rule: EffectRule): boolean {
  return everyEffect(rule).includes("read");
}

/** MCP's four hints, derived; nothing declares them. */
export function annotationsOf(tool: Pick<ToolFacts, "title" | "effect" | "reach">) {
  const effect = worstEffect(tool.effect);
  return {
    title: tool.title,
    readOnlyHint: effect === "read",
    destructiveHint: effect === "destroy",
    idempotentHint: effect === "read",
    openWorldHint: tool.reach === "network",
  };
}

function everyEffect(rule: EffectRule): Effect[] {
  if (typeof rule === "string") return [rule];
  return Object.entries(rule)
    .filter(([key]) => key !== "by")
    .map(([, effect]) => effect)
    .filter(isEffect);
}

function isEffect(value: unknown): value is Effect {
  return typeof value === "string" && value in SEVERITY;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
