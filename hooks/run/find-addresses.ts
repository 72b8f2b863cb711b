import type { LookupAddress } from "node:dns";
import { BlockList, isIP } from "node:net";
import { ToolError } from "../../shared/errors.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import type { AllowedUrl } from "./allowed-url.ts";

// Loopback, private and link-local networks, and whatever else is nobody's public address.
const CLOSED = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const;
/** Tunnels, which may end in any of the above, and documentation. */
const CLOSED_6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

const closed = new BlockList();
for (const [net, bits] of CLOSED) closed.addSubnet(net, bits, "ipv4");
for (const [net, bits] of CLOSED_6) closed.addSubnet(net, bits, "ipv6");
const open6 = new BlockList();
open6.addSubnet("2000::", 3, "ipv6");
const mapped = new BlockList();
mapped.addSubnet("::ffff:0:0", 96, "ipv6");

/**
 * The addresses to connect to, and to no others: the name may mean something else a moment later. Throws
 * `ToolError("denied")` when one of them is not public and no entry spells the host, `unavailable` when there are none.
 */
export async function findAddresses(
  { url, spelled }: AllowedUrl,
  signal: AbortSignal,
): Promise<LookupAddress[]> {
  const host = url.hostname.replace(/^\[(.*)\]$/u, "$1");
  const family = isIP(host);
  const addresses = family === 0 ? await resolve(host, signal) : [{ address: host, family }];
  const hidden = spelled ? undefined : addresses.find(({ address }) => !isPublic(address));
  if (hidden === undefined) return addresses;
  throw new ToolError(
    "denied",
    `${escapeForPerson(host)} is ${hidden.address}, no public address: hooks.allowedUrls has to spell that very host`,
  );
}

/** False for loopback, private, link-local and reserved addresses, in whatever form they are written. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !closed.check(address, "ipv4");
  const [plain = ""] = address.split("%");
  if (isIP(plain) !== 6) return false;
  // The list looks through addresses of version 4 that are written in version 6.
  return (open6.check(plain, "ipv6") || mapped.check(plain, "ipv6")) && !closed.check(plain, "ipv6");
}

/** A lookup cannot be taken back, only left alone. */
function resolve(host: string, signal: AbortSignal): Promise<LookupAddress[]> {
  return new Promise((settle, reject) => {
    const leave = (): void => reject(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
    import("node:dns/promises")
      .then(({ lookup }) => lookup(host, { all: true }))
      .then(settle, (cause: unknown) =>
        reject(new ToolError("unavailable", `there is no address for ${escapeForPerson(host)}`, { cause })),
      )
      .finally(() => signal.removeEventListener("abort", leave));
  });
}
