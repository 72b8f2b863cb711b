/**
 * The texts, cut so that together they hold at most `room` characters: short ones stay whole, long ones share what is
 * left, and each that is cut says by how much. No character is torn. Every share must leave room for that notice, about
 * 60 characters.
 */
export function fitTexts(texts: readonly string[], room: number): string[] {
  const share = fairShare(
    texts.map(({ length }) => length),
    room,
  );
  return texts.map((text) => cutText(text, share));
}

/** The length up to which texts stay whole, so that nobody's long text costs a short one anything. */
function fairShare(sizes: readonly number[], room: number): number {
  let left = room;
  for (const [index, size] of sizes.toSorted((a, b) => a - b).entries()) {
    const share = Math.floor(left / (sizes.length - index));
    if (size > share) return share;
    left -= size;
  }
  return Infinity;
}

function cutText(text: string, room: number): string {
  if (text.length <= room) return text;
  const keep = Math.max(0, room - notice(text.length, text.length).length);
  const end = isInsidePair(text, keep) ? keep - 1 : keep;
  return text.slice(0, end) + notice(text.length - end, text.length);
}

function notice(leftOut: number, total: number): string {
  return ` [${leftOut} of ${total} characters left out]`;
}

function isInsidePair(text: string, end: number): boolean {
  return end > 0 && (text.codePointAt(end - 1) ?? 0) > 0xffff;
}
