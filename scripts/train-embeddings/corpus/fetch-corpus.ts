import { fetchPackages, type Fetched } from "../../packages/fetch-package.ts";
import { REGISTRIES, type Package } from "../../packages/package.ts";
import { addBytes, countBytes, describeBytes } from "./count-bytes.ts";
import { keepCorpus } from "./keep-corpus.ts";
import { dropForeign, readLicence } from "./read-licence.ts";
import type { Language } from "./language-of.ts";
import type { CorpusPackage } from "./read-manifest.ts";

/**
 * Fetches every package of the manifest into `folder`, each once, telling `say` of each and at the end what there is.
 * Of Debian's sources, files under another licence than the package's own are removed. Returns the fate of each.
 */
export async function fetchCorpus(
  manifest: readonly CorpusPackage[],
  folder: string,
  say: (line: string) => void,
): Promise<Fetched[]> {
  let done = 0;
  const wanted = manifest.map((listed) => ({ ...listed, keep: () => keepCorpus(listed) }));
  const licences = new Map<Package, string>(wanted.map((listed) => [listed, listed.licence]));
  const report = (fetched: Fetched): void => {
    const { registry, name, version } = fetched.wanted;
    const trouble = fetched.kind === "had" ? settle(fetched, licences) : fetched.reason;
    say(
      `${++done} of ${manifest.length} ${registry} ${name} ${version}${trouble === "" ? "" : `: ${trouble}`}`,
    );
  };
  const fetched = await fetchPackages(wanted, folder, { report });
  for (const line of table(fetched)) say(line);
  return fetched;
}

/** Says so when a package does not state the licence that the manifest has of it. */
function settle(had: Fetched & { kind: "had" }, licences: ReadonlyMap<Package, string>): string {
  const { registry } = had.wanted;
  if (registry === "debian-source") dropForeign(had.folder);
  const licence = readLicence(registry, had.folder);
  return licence === licences.get(had.wanted) ? "" : `its licence is ${licence ?? "not known"}`;
}

function table(fetched: readonly Fetched[]): string[] {
  const all = new Map<Language, number>();
  const rows = REGISTRIES.map((registry) => {
    const here = fetched.filter(({ wanted }) => wanted.registry === registry);
    const had = here.filter((fate) => fate.kind === "had");
    const bytes = new Map<Language, number>();
    for (const fate of had) addBytes(bytes, countBytes(fate.folder));
    addBytes(all, bytes);
    return `| ${registry} | ${had.length} | ${here.length - had.length} | ${describeBytes(bytes)} |`;
  });
  return [
    "| registry | had | missing | code |",
    "| --- | --- | --- | --- |",
    ...rows,
    `all: ${describeBytes(all)}`,
  ];
}
