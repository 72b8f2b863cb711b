/** What one text may take, against an even share, while others wait. */
const FIRST = 1.8;
/** Below this nothing of a text can be understood. */
const LEAST = 240;

/** How many characters each text gets, of a room and what each could use; earlier ones get more. 0: it is not shown. */
export function allowances(wanted: readonly number[], room: number): number[] {
  let left = room;
  return wanted.map((want, index) => {
    const others = wanted.length - index;
    const got = Math.min(
      want,
      Math.floor(others === 1 ? left : Math.max((left / others) * FIRST, Math.min(left, 1_200))),
    );
    if (got <= 0 || got < Math.min(LEAST, want)) return 0;
    left -= got;
    return got;
  });
}
