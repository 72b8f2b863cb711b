import { lstatSync, statSync, type BigIntStats } from "node:fs";

/** Two changes within one tick of a file system's clock look like one; those with coarser clocks know no links. */
const TICK_MS = 100;
const MAX_LOOKS = 5_000;

/**
 * Which places were looked at, with a stamp of each, of what is missing that it is missing: as long as the stamps hold
 * the same looks would give the same. Asks the disk by name only, and reads nothing.
 */
export class Looks {
  readonly #stamps = new Map<string, string>();
  #isSettled = true;

  /** Call it before the look itself: a change in between then shows. */
  keep(path: string): void {
    if (this.#stamps.has(path)) return;
    const { text, changedMs } = stampOf(path);
    this.#stamps.set(path, text);
    this.#isSettled &&= this.#stamps.size <= MAX_LOOKS && Date.now() - changedMs > TICK_MS;
  }

  /** A few microseconds for each place. False for what had changed just before it was looked at. */
  isUnchanged(): boolean {
    if (!this.#isSettled) return false;
    for (const [path, text] of this.#stamps) if (stampOf(path).text !== text) return false;
    return true;
  }
}

/** Of the name itself, and of what a link leads to. */
function stampOf(path: string): { text: string; changedMs: number } {
  const own = look(lstatSync, path);
  if (own === undefined) return { text: "-", changedMs: 0 };
  if (!own.isSymbolicLink()) return { text: textOf(own), changedMs: Number(own.ctimeMs) };
  const target = look(statSync, path);
  const changedMs = Math.max(Number(own.ctimeMs), Number(target?.ctimeMs ?? 0));
  return { text: `${textOf(own)} ${target === undefined ? "-" : textOf(target)}`, changedMs };
}

function textOf({ dev, ino, mode, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${mode}:${size}:${mtimeNs}:${ctimeNs}`;
}

function look(stat: typeof lstatSync, path: string): BigIntStats | undefined {
  try {
    return stat(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // not a folder any more, closed to us, a loop of links: no stamp, as for what is missing
    return undefined;
  }
}
