/** What one result may take, against an even share, while there is a choice. */
const FIRST = 1.5;
/** Below this nothing of a text can be understood: its place alone is told. */
const LEAST = 240;

/** How many characters each result gets: of a room and what each could use; earlier ones get more. 0: only its place. */
export function allowances(wanted: readonly number[], room: number): number[] {
  let left = room;
  return wanted.map((want, index) => {
    const others = wanted.length - index;
    const most = others === 1 ? left : (left / others) * FIRST;
    const got = Math.min(want, Math.floor(most));
    if (got < Math.min(LEAST, want)) return 0;
    left -= got;
    return got;
  });
}
