import { createHash } from "node:crypto";
import type { Block, Excluded } from "../shapes.ts";
import { countTokens, TOKEN_CHARS } from "./count-tokens.ts";
import { cutMarkdown } from "./cut-markdown.ts";
import { droppedNotice } from "./dropped-notice.ts";
import { ANY_NONCE, GAP, harmless, markedText } from "./merged-text.ts";
import { said, saidTokens } from "./said.ts";

/** A smaller budget counts as this: room for one block's marks, a little of its text, and what is said about the rest. */
export const LEAST_BUDGET = 256;

const RANKS = { low: 0, normal: 1, high: 2 } as const;
/** What was asked for, and what the administrator wrote: no repository can flood it out. */
const LAST = 3;
/** For the line at the end of what is cut. */
const ROOM_TO_SAY = 240;
const MOST_HEADING = 60;

export interface Fit {
  /** In the order given. */
  readonly kept: readonly Block[];
  /** In the order given. */
  readonly dropped: readonly Excluded[];
  /** The block whose end is missing, as it was. */
  readonly cut?: Block;
  /** What the merged text says about the dropped ones. */
  readonly notice: string;
}

export interface FitOptions {
  /** Of the merged text: the blocks, their marks, and the notice. */
  readonly budgetTokens: number;
  /** Ids of blocks that go last of all. */
  readonly asked?: readonly string[];
}

/**
 * The blocks for which a budget has room. Low ones go first, then normal, then high ones; of one priority those that hold
 * only sometimes go before those that always do, and then the farthest from the target first; managed ones and those
 * that were asked for go after all others. The last one stays and loses its end if need be, with a line that says so.
 */
export function fitBudget(blocks: readonly Block[], { budgetTokens, asked = [] }: FitOptions): Fit {
  const room = Math.max(LEAST_BUDGET, Math.floor(budgetTokens)) * TOKEN_CHARS;
  const sizes = new Map(blocks.map((block) => [block, markedText(block, ANY_NONCE).length + GAP.length]));
  let used = [...sizes.values()].reduce((sum, size) => sum + size, -GAP.length);
  if (used <= room) return { kept: blocks, dropped: [], notice: "" };
  const order = inDropOrder(blocks, new Set(asked));
  const gone = new Map<Block, Excluded>();
  let notice = "";
  for (const block of order.slice(0, -1)) {
    if (used + spaceFor(notice) <= room) break;
    used -= sizes.get(block) ?? 0;
    gone.set(block, asDropped(block));
    // while the blocks alone are too much, what is said about the others does not matter
    if (used <= room || gone.size === order.length - 1) notice = droppedNotice([...gone.values()], room / 4);
  }
  const kept = blocks.filter((block) => !gone.has(block));
  const dropped = blocks.flatMap((block) => gone.get(block) ?? []);
  const [last] = kept;
  const over = used + spaceFor(notice) - room;
  if (last === undefined || over <= 0) return { kept, dropped, notice };
  return { kept: [withoutEnd(last, harmless(last.text).length - over)], dropped, cut: last, notice };
}

function spaceFor(notice: string): number {
  return notice === "" ? 0 : GAP.length + notice.length;
}

function inDropOrder(blocks: readonly Block[], asked: ReadonlySet<string>): Block[] {
  const rank = ({ id, scope, priority, type }: Block): number => {
    const isLast = asked.has(id) || scope === "managed";
    return (isLast ? LAST : RANKS[priority]) * 2 + (type === "always" ? 1 : 0);
  };
  return blocks.toSorted((one, other) => rank(one) - rank(other));
}

function asDropped({ id, path, tokens }: Block): Excluded {
  return { id, path, reason: `over the budget: ${saidTokens(tokens)}`, tokens, available: true };
}

function withoutEnd(block: Block, room: number): Block {
  const whole = harmless(block.text);
  const { text: start, nextHeading } = cutMarkdown(whole, room - ROOM_TO_SAY);
  const missing = countTokens(whole.slice(start.length));
  const from = nextHeading === undefined ? "" : `, from "${said(nextHeading.slice(0, MOST_HEADING))}" on`;
  const notice = `[about ${saidTokens(missing)} are left out here${from}; a larger budget shows them]`;
  const text = `${start}\n\n${notice}`;
  const hash = createHash("sha256").update(text).digest("hex");
  return { ...block, text, tokens: countTokens(text), hash };
}
