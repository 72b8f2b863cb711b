import { ToolError } from "../errors.ts";

/** Where a remote lies, and how it may be reached. */
export type RemoteUrl =
  | {
      readonly kind: "network";
      /** What git may use for it, as in `http:https`. */
      readonly protocols: string;
      readonly ssh: boolean;
      /** For people: no password, no token. */
      readonly shown: string;
    }
  | {
      readonly kind: "local";
      /** As written: absolute, or relative to the top of the work tree. */
      readonly path: string;
      readonly shown: string;
    };

/** By the scheme of an address. An answer of a plain server may lead to an encrypted one, never the other way round. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  https: "https",
  http: "http:https",
  ssh: "ssh",
  "git+ssh": "ssh",
  "ssh+git": "ssh",
  git: "git",
};
const MAX_URL = 4_096;
/** Before the host of an address: a name, a password, a token. */
const CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)([^\s/?#'"]*)@/giu;
const QUERY = /\b([a-z][a-z0-9+.-]*:\/\/[^\s?#'"]*)[?#][^\s'"]*/giu;

/** Text with addresses in it, without what signs somebody in there. */
export function withoutSecrets(text: string): string {
  const plain = text.replaceAll(CREDENTIALS, (_, scheme: string, who: string) =>
    /^(?:git\+)?ssh/iu.test(scheme) && !who.includes(":") ? `${scheme}${who}@` : `${scheme}***@`,
  );
  return plain.replaceAll(QUERY, "$1?***");
}

/**
 * What an address of a configuration means, as git would take it. Throws `denied` for whatever is not https, http, ssh,
 * git or a place on this machine: other forms name a program.
 */
export function readRemoteUrl(url: string): RemoteUrl {
  // oxlint-disable-next-line no-control-regex -- these are what must not be in an address
  const isOdd = url === "" || url.length > MAX_URL || /[\u0000-\u001f\u007f]/u.test(url);
  if (isOdd || url.startsWith("-") || /%(?:[01][0-9a-f]|7f)/iu.test(url))
    throw refused("holds what no address holds");
  if (/^[a-z0-9+.-]*::/iu.test(url)) throw refused("names a helper program (::)");
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/isu.exec(url) ?? [];
  if (scheme !== undefined) return withScheme(url, scheme.toLowerCase(), rest);
  if (isScpLike(url)) {
    checkHost(url.slice(0, url.indexOf(":")));
    return { kind: "network", protocols: "ssh", ssh: true, shown: shownScp(url) };
  }
  return { kind: "local", path: url, shown: url };
}

function withScheme(url: string, scheme: string, rest: string): RemoteUrl {
  if (scheme === "file") return { kind: "local", path: filePath(rest), shown: withoutSecrets(url) };
  const protocols = Object.hasOwn(PROTOCOLS, scheme) ? PROTOCOLS[scheme] : undefined;
  if (protocols === undefined) throw refused(`uses the protocol ${scheme}`);
  checkHost(decoded(rest.replace(/[/?#].*$/su, "")));
  return { kind: "network", protocols, ssh: protocols === "ssh", shown: withoutSecrets(url) };
}

/** A colon before the first slash, and no drive of Windows. */
function isScpLike(url: string): boolean {
  const [, before] = /^([^/]*?):/u.exec(url) ?? [];
  if (before === undefined) return url.startsWith("[");
  return !(process.platform === "win32" && /^[a-z]$/iu.test(before));
}

function shownScp(url: string): string {
  return url.replace(/^[^/]*:[^/]*@/u, "***@");
}

/** ssh would take a host, or a user, that begins so for an option. */
function checkHost(authority: string): void {
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (host === "" || host.startsWith("-") || authority.startsWith("-")) throw refused("has no proper host");
}

function filePath(rest: string): string {
  const [, host = "", path = ""] = /^([^/]*)(.*)$/su.exec(rest) ?? [];
  if ((host !== "" && host !== "localhost") || path === "") throw refused("names another host by file://");
  return decoded(path);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw refused("is not well written", error);
  }
}

function refused(why: string, cause?: unknown): ToolError {
  return new ToolError("denied", `the address of the remote ${why}`, {
    hint: "Only https, http, ssh, git and places inside the roots are reached; the person sets it with git remote set-url.",
    cause,
  });
}
