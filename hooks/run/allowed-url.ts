import { ToolError } from "../../shared/errors.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { compileWildcard } from "../match/wildcard.ts";

const MAX_CHARS = 2_048;

/** A URL that the person let hooks call. */
export interface AllowedUrl {
  readonly url: URL;
  /** An entry spells this very host, and so it may lie in a private network. */
  readonly spelled: boolean;
}

/**
 * Looks a handler's URL up among the person's entries: whole URLs, in which `*` stands for any text. In the host of
 * an entry it never reaches beyond the host. Throws `ToolError("denied")` for what no entry allows.
 */
export function findAllowedUrl(text: string, entries: readonly string[]): AllowedUrl {
  const url = text.length > MAX_CHARS ? undefined : parseUrl(text);
  if (url === undefined) throw denied("the handler's address is no URL");
  if (url.protocol !== "http:" && url.protocol !== "https:") throw denied("only http and https are called");
  if (url.username !== "" || url.password !== "")
    throw denied("the handler's address holds credentials, which belong into a header");
  const fitting = entries.flatMap((entry) => splitEntry(entry) ?? []).filter((entry) => fitsUrl(entry, url));
  if (fitting.length === 0) throw denied(`no entry of hooks.allowedUrls allows ${escapeForPerson(url.href)}`);
  return { url, spelled: fitting.some((entry) => !hostOf(entry).includes("*")) };
}

function denied(message: string): ToolError {
  return new ToolError("denied", message);
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

interface Entry {
  readonly scheme: string;
  /** Host and port. */
  readonly authority: string;
  readonly rest: string;
}

function splitEntry(text: string): Entry | undefined {
  if (text.includes("*")) return splitPattern(text === "*" ? "*://*" : text);
  const url = parseUrl(text);
  return url && { scheme: url.protocol.slice(0, -1), authority: url.host, rest: restOf(url) };
}

function splitPattern(text: string): Entry | undefined {
  const found = /^([^:/?#]+):\/\/([^/?#@]+)(.*)$/su.exec(text);
  if (found === null) return undefined;
  const [scheme = "", authority = "", rest = ""] = found.slice(1);
  // `https://*` means whatever comes after, and not only a host without a path.
  const isOpen = rest === "" && authority.endsWith("*");
  return {
    scheme: scheme.toLowerCase(),
    authority: authority.toLowerCase(),
    rest: isOpen ? "*" : rest.startsWith("/") ? rest : `/${rest}`,
  };
}

/** Without its port. */
function hostOf({ authority }: Entry): string {
  return authority.replace(/:[^:\]]*$/u, "");
}

function restOf(url: URL): string {
  return url.pathname + url.search;
}

function fitsUrl({ scheme, authority, rest }: Entry, url: URL): boolean {
  const own = url.protocol.slice(0, -1);
  const port = url.port === "" ? { http: "80", https: "443" }[own] : url.port;
  const isHost = compileWildcard(authority);
  return (
    compileWildcard(scheme)(own) &&
    (isHost(url.host) || isHost(`${url.hostname}:${port}`)) &&
    compileWildcard(rest)(restOf(url))
  );
}
