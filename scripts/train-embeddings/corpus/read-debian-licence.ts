/** How Debian's names for licences begin; a rest such as `~google` or `-style` names whose words they are. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(?:expat|mit|x11|x\/mit)\b/u, "MIT"],
  [/^bsd-?3\b|^(?:new|modified|revised)-bsd\b/u, "BSD-3-Clause"],
  [/^bsd-?2\b|^simplified-bsd\b/u, "BSD-2-Clause"],
  [/^(?:apache|asl)-?2(?:\.0)?\b/u, "Apache-2.0"],
  [/^(?:boost|bsl)\b/u, "BSL-1.0"],
  [/^zlib\b/u, "Zlib"],
  [/^isc\b/u, "ISC"],
  [/^cc0\b/u, "CC0-1.0"],
  [/^(?:psf|python)-2\b/u, "PSF-2.0"],
  [/^unlicense$/u, "Unlicense"],
  [/^(?:public-domain|pd$)/u, "LicenseRef-public-domain"],
];

interface Stanza {
  readonly patterns: readonly string[];
  readonly files: RegExp;
  readonly licence: string;
}

/**
 * What a machine-readable `debian/copyright` says of each file, as an SPDX expression; undefined where it says nothing,
 * and for every file when it is written in words.
 */
export function readDebianLicence(copyright: string): (path: string) => string | undefined {
  const stanzas = readStanzas(copyright);
  // The last stanza that names a file is the one that counts.
  return (path) => stanzas.findLast(({ files }) => files.test(path))?.licence;
}

/** What holds for everything but the packaging, joined by `AND`; undefined when the file is written in words. */
export function allLicences(copyright: string): string | undefined {
  const upstream = readStanzas(copyright).filter(
    ({ patterns }) => !patterns.every((one) => one.startsWith("debian/")),
  );
  if (!upstream.some(({ patterns }) => patterns.includes("*"))) return undefined;
  return [...new Set(upstream.map(({ licence }) => licence))].join(" AND ");
}

function readStanzas(copyright: string): Stanza[] {
  return copyright.split(/\n\s*\n/u).flatMap((stanza) => readStanza(stanza) ?? []);
}

function readStanza(stanza: string): Stanza | undefined {
  const files = /^Files:((?:.*)(?:\n[ \t].*)*)/mu.exec(stanza)?.[1];
  const licence = /^License:[ \t]*(.+)$/mu.exec(stanza)?.[1];
  if (files === undefined || licence === undefined) return undefined;
  const patterns = files.trim().split(/[\s,]+/u);
  const source = patterns.map(toSource).join("|");
  return { patterns, files: new RegExp(`^(?:${source})$`, "u"), licence: toSpdx(licence) };
}

/** `*` stands for anything, slashes too, and `?` for one character. */
function toSource(pattern: string): string {
  const plain = pattern.replace(/^\.\//u, "").replaceAll(/[\\^$.|+()[\]{}/]/gu, String.raw`\$&`);
  return plain.replaceAll("*", "[^]*").replaceAll("?", "[^]");
}

/** `Expat or GPL-2+`, `BSD-3-clause and Expat`; a comma is an `and`. What has no known name stays as it is, in one word. */
function toSpdx(licence: string): string {
  const parts = licence
    .split(/\s*,\s*(?:and\s+)?|\s+(and|or)\s+|\s*\|\s*/iu)
    .filter((part) => part !== undefined);
  const words = parts.map((part) => {
    if (/^(?:and|or)$/iu.test(part)) return part.toUpperCase();
    const plain = part
      .trim()
      .toLowerCase()
      .replaceAll(/[\s_]+/gu, "-")
      .replace(/^the-/u, "");
    return NAMES.find(([name]) => name.test(plain))?.[1] ?? plain.replaceAll(/[^\w.+-]+/gu, "-");
  });
  const expression = words.join(" ");
  return words.length > 1 ? `(${expression})` : expression;
}
