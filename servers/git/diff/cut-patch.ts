/** The head of a patch and as many of its hunks as have room, or a part of the first; a last line says that it is cut. */
export function cutPatch(patch: string, room: number): string {
  const [head = "", ...hunks] = patch.split(/^(?=@@ )/mu);
  const notice = `... cut: ${hunks.length} of ${hunks.length} hunks are shown\n`;
  let left = room - head.length - notice.length;
  let shown = 0;
  for (const hunk of hunks) {
    if (hunk.length > left) break;
    left -= hunk.length;
    shown += 1;
  }
  if (shown > 0)
    return `${head}${hunks.slice(0, shown).join("")}... cut: ${shown} of ${hunks.length} hunks are shown\n`;
  const [first = ""] = hunks;
  const end = first.lastIndexOf("\n", Math.max(0, left)) + 1;
  const more = hunks.length === 1 ? "" : ` of ${hunks.length}`;
  return `${head}${first.slice(0, end)}... cut: a part of the first hunk${more} is shown\n`;
}
