import type { Root } from "../../shared/workspace/root.ts";

/** A path below a root as answers show it: quoted as in JSON when it could be taken for more than one line, or for another. */
export function shownPath(root: Pick<Root, "show">, path: string): string {
  return quotedPath(root.show(path));
}

/** The same for a path that is shown already. */
export function quotedPath(shown: string): string {
  if (!/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\u200B]|^["\s[]|\s$/u.test(shown)) return shown;
  return JSON.stringify(shown).replaceAll(
    /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\u200B]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
