import { defaultOperators, filters, Liquid, Tokenizer, type Emitter } from "liquidjs";
import { ClosedContext } from "./closed-context.ts";
import { MOST_CHARACTERS, type LiquidJob } from "./liquid-job.ts";
import { liquidText } from "./liquid-text.ts";

const TAGS = new Set(words("# assign break capture case comment continue for if raw unless"));

// Without those that depend on clock, chance or place, make markup, hash, or take expressions as text.
const FILTERS = new Set([
  ...words(
    "append capitalize downcase lstrip prepend remove replace rstrip strip strip_newlines truncate upcase",
  ),
  ...words("default first join last minus plus reverse size slice sort split uniq"),
]);

/** Those that look for their first argument. */
const SEARCHING = ["remove", "replace", "split"];
/** The longest text to look for: V8 takes seconds for a long one, and nothing can stop it meanwhile. */
const MOST_SOUGHT = 256;
/** The longest list: one large array can fill a process's memory in one step. */
const MOST_ITEMS = 10_000;

// of the clock: a busy machine must not make a harmless template fail
const RENDER_MS = 500;
const MOST_ALLOCATED = 1_000_000;

/** Only for a worker that can be killed: its limits are checked between two steps, and have been bypassed before. */
export class LiquidEngine {
  readonly #liquid = new Liquid({
    ownPropertyOnly: true,
    strictVariables: true,
    strictFilters: true,
    // a variable that is not there is false in a condition, and takes a default
    lenientIf: true,
    dynamicPartials: false,
    relativeReference: false,
    // with this map no file is ever looked for on a disk
    templates: nothing(),
    globals: nothing(),
    operators: { ...defaultOperators, contains },
    parseLimit: MOST_CHARACTERS,
    renderLimit: RENDER_MS,
    memoryLimit: MOST_ALLOCATED,
  });

  constructor() {
    for (const name of Object.keys(this.#liquid.tags)) if (!TAGS.has(name)) delete this.#liquid.tags[name];
    for (const name of Object.keys(this.#liquid.filters))
      if (!FILTERS.has(name)) this.#liquid.unregisterFilter(name);
    for (const name of SEARCHING) this.#limitSearch(name);
    this.#countOutput();
    // `(a..b)` never ends at 2 ** 53, counted as three numbers by the memory limit
    Tokenizer.prototype.readGroupOrRange = function (): never {
      throw this.error("no ranges");
    };
  }

  /** Throws the engine's own errors. */
  render({ text, variables }: LiquidJob): string {
    for (const [, value] of variables) limitItems(value);
    const scope = Object.assign(nothing(), Object.fromEntries(variables));
    const options = { sync: true, globals: nothing() };
    const context = new ClosedContext(scope, this.#liquid.options, options, { liquid: this.#liquid });
    return liquidText(this.#liquid.renderSync(this.#liquid.parse(text), context));
  }

  #limitSearch(name: string): void {
    const filter = filters[name];
    if (typeof filter !== "function") throw new TypeError(`there is no filter ${name}`);
    this.#liquid.registerFilter(name, function (value: unknown, sought: unknown, ...rest: unknown[]) {
      return limitItems(filter.call(this, value, short(liquidText(sought)), ...rest));
    });
  }

  /** The engine counts what filters make, but not what is written: a capture in a loop could grow without end. */
  #countOutput(): void {
    const { renderer } = this.#liquid;
    const render = renderer.renderTemplates.bind(renderer);
    renderer.renderTemplates = (templates, context, emitter = counting(context.memoryLimit)) =>
      render(templates, context, emitter);
  }
}

function counting(limit: { use(count: number): void }): Emitter {
  return {
    buffer: "",
    write(value: unknown) {
      const text = liquidText(value);
      limit.use(text.length);
      this.buffer += text;
    },
  };
}

function contains(left: unknown, right: unknown): boolean {
  if (typeof left === "string") return left.includes(short(liquidText(right)));
  return Array.isArray(left) && left.some((item) => item === right);
}

function limitItems(value: unknown): unknown {
  if (Array.isArray(value) && value.length > MOST_ITEMS) throw new RangeError("list is too long");
  return value;
}

function short(sought: string): string {
  if (sought.length > MOST_SOUGHT) throw new RangeError("text to look for is too long");
  return sought;
}

function nothing(): Record<string, never> {
  return Object.create(null);
}

function words(text: string): string[] {
  return text.split(" ");
}
