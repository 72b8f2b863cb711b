import { existsSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { isPermissive } from "./is-permissive.ts";
import { languageOf } from "./language-of.ts";
import { allLicences, readDebianLicence } from "./read-debian-licence.ts";
import { recogniseName, recogniseText } from "./recognise-licence.ts";
import type { Registry } from "../../packages/package.ts";

const LICENCE_FILE = /^(?:licen[cs]e|copying|unlicense|mit-licen[cs]e|copyright)(?:[.-][\w.-]+)?$/iu;
const PackageJson = z.object({ license: z.string().optional().catch(undefined) });
const COPYRIGHT = "debian/copyright";
const MOST_FILES = 3000;
const HEAD = 3000;

/**
 * The licence of an unpacked package as an SPDX expression, from its registry's metadata, else from its licence file,
 * else from the notice that its source files begin with; undefined when none of them says one that is known.
 */
export function readLicence(registry: Registry, folder: string): string | undefined {
  return fromMetadata(registry, folder) ?? fromFile(folder) ?? fromNotices(folder);
}

/** Removes the code of an unpacked Debian package that its `debian/copyright` puts under a licence that is not permissive. */
export function dropForeign(folder: string): void {
  const licenceOf = readDebianLicence(read(join(folder, COPYRIGHT)));
  for (const path of codeFiles(folder)) {
    if (!isPermissive(licenceOf(path) ?? "unknown")) rmSync(join(folder, path), { recursive: true });
  }
}

function fromMetadata(registry: Registry, folder: string): string | undefined {
  switch (registry) {
    case "npm":
      return fromNpm(read(join(folder, "package.json")));
    case "crates":
      return /^license\s*=\s*"([^"]+)"/mu
        .exec(read(join(folder, "Cargo.toml")))?.[1]
        ?.replaceAll("/", " OR ");
    case "pypi":
      return fromWheel(folder);
    case "maven":
      return fromPom(read(join(folder, "pom.xml")));
    case "debian-source":
      return fromCopyright(folder);
    case "debian":
      return fromDocumentation(folder);
    case "go":
      return undefined;
    default:
      return registry satisfies never;
  }
}

function fromNpm(text: string): string | undefined {
  const licence = PackageJson.parse(JSON.parse(text || "{}")).license;
  return licence === undefined || /^see /iu.test(licence) ? undefined : licence;
}

function fromWheel(folder: string): string | undefined {
  const info = readdirSync(folder).find((name) => name.endsWith(".dist-info"));
  if (info === undefined) return undefined;
  const metadata = read(join(folder, info, "METADATA")).split("\n\n", 1)[0] ?? "";
  const expression = /^License-Expression: (.+)$/mu.exec(metadata)?.[1];
  if (expression !== undefined) return expression.trim();
  const file = fromFile(join(folder, info)) ?? fromFile(join(folder, info, "licenses"));
  return (
    fromClassifiers(metadata, file) ??
    recogniseName(/^License: (.{1,60})$/mu.exec(metadata)?.[1] ?? "") ??
    file
  );
}

function fromClassifiers(metadata: string, file: string | undefined): string | undefined {
  const names = [...metadata.matchAll(/^Classifier: License :: (?:OSI Approved :: )?(.+)$/gmu)];
  const found = names.map(([, name = ""]) => recogniseName(name) ?? name.replaceAll(/\W+/gu, "-"));
  if (found.length === 0) return undefined;
  // "BSD License" does not say which; the licence file does.
  const anyBsd = found.length === 1 && found[0]?.startsWith("BSD") === true;
  return anyBsd && file?.startsWith("BSD") === true ? file : [...new Set(found)].join(" AND ");
}

/** What holds for any of its code: a caller drops first what it does not want. */
function fromCopyright(folder: string): string | undefined {
  const licenceOf = readDebianLicence(read(join(folder, COPYRIGHT)));
  const found = codeFiles(folder).map((path) => licenceOf(path) ?? "unknown");
  return found.length === 0 || found.includes("unknown") ? undefined : [...new Set(found)].join(" AND ");
}

/** A binary package lies elsewhere than the sources that its `copyright` names, so all that is not packaging counts. */
function fromDocumentation(folder: string): string | undefined {
  const doc = join(folder, "usr/share/doc");
  const [name] = existsSync(doc) ? readdirSync(doc) : [];
  return name === undefined ? undefined : allLicences(read(join(doc, name, "copyright")));
}

/** Several licences in a pom are a choice, as Maven defines them. */
function fromPom(pom: string): string | undefined {
  const section = /<licenses>([\s\S]*?)<\/licenses>/u.exec(pom)?.[1] ?? "";
  const names = [...section.matchAll(/<name>([^<]+)<\/name>/gu)].map(
    ([, name = ""]) => recogniseName(name) ?? "unknown",
  );
  return names.length === 0 ? undefined : [...new Set(names)].join(" OR ");
}

function fromFile(folder: string): string | undefined {
  const places = ["", "META-INF"].map((below) => join(folder, below)).filter((place) => existsSync(place));
  const texts = places.flatMap((place) =>
    readdirSync(place)
      .filter((name) => LICENCE_FILE.test(name))
      .map((name) => recogniseText(read(join(place, name)))),
  );
  const known = texts.filter((text) => text !== undefined);
  // A package with a file for each of two licences may ask for both.
  return known.length === 0 ? undefined : [...new Set(known)].toSorted().join(" AND ");
}

/** Only when nine in ten of the files that carry a notice carry the same one, and half of all carry one. */
function fromNotices(folder: string): string | undefined {
  const looked = codeFiles(folder).slice(0, MOST_FILES);
  const counts = new Map<string, number>();
  let noticed = 0;
  for (const path of looked) {
    const notice = recogniseText(read(join(folder, path)).slice(0, HEAD));
    if (notice === undefined) continue;
    noticed++;
    counts.set(notice, (counts.get(notice) ?? 0) + 1);
  }
  const [most] = [...counts].toSorted(([, one], [, other]) => other - one);
  if (most === undefined || most[1] < noticed * 0.9 || noticed < looked.length / 2) return undefined;
  return most[0];
}

function codeFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (path) => languageOf(path) !== undefined,
  );
}

function read(file: string): string {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(file, "utf8") : "";
}
