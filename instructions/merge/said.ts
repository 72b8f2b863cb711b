import { escapeForPerson } from "../../shared/escape-for-person.ts";

const MOST = 120;

/** Foreign text in a sentence of ours: on one line, escaped, at most 120 characters and what escaping adds. */
export function said(text: string): string {
  return escapeForPerson(text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text);
}

/** `1,200 tokens`, `1 token`. */
export function saidTokens(count: number): string {
  if (count === 1) return "1 token";
  return `${String(count).replaceAll(/\B(?=(?:\d{3})+$)/gu, ",")} tokens`;
}
