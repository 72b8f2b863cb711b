const SHOWN = 10;

/** A bounded list of names. */
export function listed(names: readonly string[], most = SHOWN): string {
  const more = names.length > most ? ` and ${names.length - most} more` : "";
  return `${names.slice(0, most).join(", ")}${more}`;
}

/** `1 file`, `2 files`. */
export function counted(many: number, noun: string): string {
  return `${many} ${noun}${many === 1 ? "" : "s"}`;
}
