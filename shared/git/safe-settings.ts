import type { GitSetting } from "../policy/git-settings.ts";

// Everything that is not listed here does not exist for git while nobody trusted the repository: what a setting of a
// later version of git may run is closed before we know its name.

/** Of the repository and of the person alike: how files are stored and compared, who the person is. */
const BOTH = [
  /^core\.(?:filemode|ignorecase|precomposeunicode|symlinks|autocrlf|eol|safecrlf|checkstat|trustctime|longpaths|fscache|preloadindex|untrackedcache|commitgraph|multipackindex|bigfilethreshold|whitespace|logallrefupdates|sharedrepository|abbrev)$/u,
  /^(?:user|author|committer)\.(?:name|email|useconfigonly)$/u,
  /^diff\.(?:algorithm|renames|renamelimit|indentheuristic|interhunkcontext)$/u,
  /^merge\.(?:conflictstyle|renames|renamelimit|directoryrenames|ff)$/u,
  /^(?:index|pack)\.(?:version|threads|windowmemory|depth|window)$/u,
  /^(?:feature\.manyfiles|transfer\.fsckobjects|fetch\.fsckobjects|receive\.fsckobjects)$/u,
];

/** Only of the repository: what it is. */
const REPOSITORY = [
  /^core\.(?:repositoryformatversion|bare|sparsecheckout|sparsecheckoutcone)$/u,
  /^extensions\.(?:objectformat|compatobjectformat|refstorage|partialclone|preciousobjects|relativeworktrees)$/u,
  /^branch\..*\.(?:remote|merge|pushremote|rebase|description)$/su,
  /^remote\..*\.(?:url|pushurl|fetch|promisor|partialclonefilter|tagopt)$/su,
  /^index\.sparse$/u,
];

/** Only of the person: files of theirs that a repository must not choose. */
const PERSON = [/^core\.(?:excludesfile|protecthfs|protectntfs)$/u, /^init\.defaultbranch$/u];

/** Of the person, for calls that reach the network. */
const NETWORK = [
  /^http\..*$/su,
  /^credential\..*$/su,
  /^url\..*\.(?:insteadof|pushinsteadof)$/su,
  /^(?:core\.sshcommand|ssh\.variant|core\.gitproxy)$/u,
];

/** What stands against every setting before it: ours come last, so they win. */
const OURS: readonly GitSetting[] = [
  { key: "core.hookspath", value: "/dev/null" },
  { key: "core.fsmonitor", value: "false" },
  { key: "core.quotepath", value: "false" },
  // what we write and read is UTF-8, whatever a setting says of it
  { key: "i18n.commitencoding", value: "UTF-8" },
  { key: "i18n.logoutputencoding", value: "UTF-8" },
  { key: "core.pager", value: "cat" },
  { key: "core.attributesfile", value: "/dev/null" },
  { key: "commit.gpgsign", value: "false" },
  { key: "tag.gpgsign", value: "false" },
  { key: "log.showsignature", value: "false" },
  { key: "gc.auto", value: "0" },
  { key: "maintenance.auto", value: "false" },
  { key: "rerere.enabled", value: "false" },
  { key: "submodule.recurse", value: "false" },
  { key: "fetch.recursesubmodules", value: "false" },
  { key: "fetch.writecommitgraph", value: "false" },
  { key: "push.recursesubmodules", value: "no" },
  { key: "diff.ignoresubmodules", value: "dirty" },
  { key: "status.submodulesummary", value: "false" },
  { key: "core.splitindex", value: "false" },
];

/** The configuration that git gets for a repository nobody trusted, in the order in which later lines win. */
export function safeSettings(person: readonly GitSetting[], repository: readonly GitSetting[]): GitSetting[] {
  const pick = (settings: readonly GitSetting[], lists: readonly (readonly RegExp[])[]): GitSetting[] =>
    settings.filter(({ key }) => lists.some((list) => list.some((pattern) => pattern.test(key))));
  return [...pick(person, [BOTH, PERSON]), ...pick(repository, [BOTH, REPOSITORY]), ...OURS];
}

/** The configuration of a local repository that git fetches from or pushes to: it asks nobody else for objects. */
export function servedSettings(repository: readonly GitSetting[]): GitSetting[] {
  const own = repository.filter(({ key }) => !/^(?:remote|branch)\.|^extensions\.partialclone$/su.test(key));
  return [...safeSettings([], own), ...SERVED];
}

/** Nothing is asked of stores that are borrowed from. The blank makes git give it to a shell, which alone knows `:`. */
export const NO_ALTERNATE_REFS: GitSetting = { key: "core.alternaterefscommand", value: ": " };

const SERVED: readonly GitSetting[] = [
  { key: "core.bare", value: "true" },
  NO_ALTERNATE_REFS,
  { key: "receive.autogc", value: "false" },
  { key: "uploadpack.allowfilter", value: "true" },
];

/** The person's settings about the network: proxies, certificates, credential helpers, ssh. */
export function networkSettings(person: readonly GitSetting[]): GitSetting[] {
  return person.filter(({ key }) => NETWORK.some((pattern) => pattern.test(key)));
}

/** A configuration file with these settings. */
export function configText(settings: readonly GitSetting[]): string {
  return settings.map(settingLines).join("");
}

function settingLines({ key, value }: GitSetting): string {
  const first = key.indexOf(".");
  const last = key.lastIndexOf(".");
  const section = key.slice(0, first);
  const sub = first === last ? "" : ` "${key.slice(first + 1, last).replaceAll(/["\\]/gu, String.raw`\$&`)}"`;
  return `[${section}${sub}]\n\t${key.slice(last + 1)} = ${quotedValue(value)}\n`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\t": "\\t", "\b": "\\b" };

function quotedValue(value: string): string {
  return `"${value.replaceAll(/["\\\n\t\b]/gu, (char) => ESCAPES[char] ?? `\\${char}`)}"`;
}
