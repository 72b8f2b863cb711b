const FENCE = /^\s*(?<marks>`{3,}|~{3,})(?<rest>.*)$/u;
const HEADING = /^#{1,6}(?:\s|$)/u;
const LONGEST_CLOSE = 12;

export interface Cut {
  /** At most as long as was asked; an open fence is closed. */
  readonly text: string;
  /** The first heading that is missing, as it stands. */
  readonly nextHeading?: string;
}

/** A place between two lines. */
interface Place {
  readonly at: number;
  /** The fence that is open there. */
  readonly fence: string;
  readonly isHeading: boolean;
}

/**
 * The beginning of a Markdown text, at most `room` characters of it: up to the last heading when that keeps half the room,
 * else up to the last line outside a code fence when that keeps a quarter, else up to the last line, else as much as there
 * is room for. No character is torn.
 */
export function cutMarkdown(text: string, room: number): Cut {
  const places = placesIn(text);
  const inside = places.filter(({ at }) => at <= room);
  const roomInFence = room - LONGEST_CLOSE - 1;
  const keeps =
    (share: number): ((place: Place) => boolean) =>
    ({ at }) =>
      at >= room * share;
  const place =
    inside.filter(({ isHeading }) => isHeading).findLast(keeps(1 / 2)) ??
    inside.filter(({ fence }) => fence === "").findLast(keeps(1 / 4)) ??
    inside.filter(({ at }) => at <= roomInFence).findLast(keeps(1 / 4)) ??
    placeInLine(text, roomInFence, inside);
  const next = places.find(({ at, isHeading }) => isHeading && at >= place.at);
  const kept = closed(text.slice(0, place.at).trimEnd(), place.fence);
  return next === undefined ? { text: kept } : { text: kept, nextHeading: lineAt(text, next.at) };
}

function placesIn(text: string): Place[] {
  const places: Place[] = [];
  let fence = "";
  for (let at = 0; at < text.length;) {
    const line = lineAt(text, at);
    places.push({ at, fence, isHeading: fence === "" && HEADING.test(line) });
    fence = fenceAfter(line, fence);
    at += line.length + 1;
  }
  return places;
}

function lineAt(text: string, at: number): string {
  const end = text.indexOf("\n", at);
  return text.slice(at, end === -1 ? text.length : end);
}

function fenceAfter(line: string, open: string): string {
  const { marks = "", rest = "" } = FENCE.exec(line)?.groups ?? {};
  if (open === "") return marks.startsWith("`") && rest.includes("`") ? "" : marks;
  return marks.startsWith(open) && rest.trim() === "" ? "" : open;
}

function placeInLine(text: string, room: number, places: readonly Place[]): Place {
  const end = Math.max(0, room);
  const isTorn = end > 0 && (text.codePointAt(end - 1) ?? 0) > 0xffff;
  const fence = places.findLast(({ at }) => at < end)?.fence ?? "";
  return { at: isTorn ? end - 1 : end, fence, isHeading: false };
}

function closed(text: string, fence: string): string {
  return fence === "" || fence.length > LONGEST_CLOSE ? text : `${text}\n${fence}`;
}
