/** For a repeatable option: all that were given, in their order. */
export function collect(text: string, sofar: readonly string[] = []): string[] {
  return [...sofar, text];
}
