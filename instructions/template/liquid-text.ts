import { toValue } from "liquidjs";

/** What a value of a template is as text. Objects are nothing: a template has none to show. */
export function liquidText(value: unknown): string {
  const plain: unknown = toValue(value);
  if (typeof plain === "string") return plain;
  if (typeof plain === "number" || typeof plain === "boolean") return String(plain);
  return Array.isArray(plain) ? plain.map(liquidText).join("") : "";
}
