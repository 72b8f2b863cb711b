/**
 * The same function, which remembers what it answered: between `most` and twice as many answers, the latest ones.
 * Only for functions of their argument alone.
 */
export function remember<Value>(answer: (key: string) => Value, most: number): (key: string) => Value {
  let recent = new Map<string, Value>();
  let older = new Map<string, Value>();
  return (key) => {
    let value = recent.get(key);
    if (value !== undefined) return value;
    // a piece of a long text keeps all of the text in memory, a copy does not
    const own = key.length > 12 ? Buffer.from(key, "utf16le").toString("utf16le") : key;
    value = older.get(own) ?? answer(own);
    if (recent.size >= most) {
      older = recent;
      recent = new Map();
    }
    recent.set(own, value);
    return value;
  };
}
