const IDENTITY = [
  "GIT_AUTHOR_NAME",
  "GIT_AUTHOR_EMAIL",
  "GIT_AUTHOR_DATE",
  "GIT_COMMITTER_NAME",
  "GIT_COMMITTER_EMAIL",
  "GIT_COMMITTER_DATE",
  "EMAIL",
];
/** Which files hold the person's configuration. */
const PERSON = ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"];
/** For signing and for the person's own programs in a repository that they trusted. */
const TRUSTED = ["GNUPGHOME", "GPG_TTY", "SSH_AUTH_SOCK", "SSH_AGENT_PID"];
const NETWORK = [
  "SSH_AUTH_SOCK",
  "SSH_AGENT_PID",
  "GIT_SSH",
  "GIT_SSH_COMMAND",
  "GIT_SSH_VARIANT",
  "GIT_PROXY_COMMAND",
  "GIT_SSL_CAINFO",
  "GIT_SSL_CAPATH",
  // where credential helpers find the person's keyring and tickets
  "DBUS_SESSION_BUS_ADDRESS",
  "KRB5CCNAME",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "http_proxy",
  "https_proxy",
  "HTTPS_PROXY",
  "no_proxy",
  "NO_PROXY",
  "all_proxy",
  "ALL_PROXY",
];

/** Of every run: nothing asks, pages, opens an editor or fetches on its own, and messages are in English. */
const ALWAYS: Readonly<Record<string, string>> = {
  LC_ALL: "C.UTF-8",
  LANGUAGE: "C",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "",
  SSH_ASKPASS: "",
  GIT_EDITOR: ":",
  GIT_SEQUENCE_EDITOR: ":",
  GIT_PAGER: "cat",
  GIT_MERGE_AUTOEDIT: "no",
  GIT_NO_LAZY_FETCH: "1",
  // no transport at all: older versions fetch missing objects of a partial clone without being asked
  GIT_ALLOW_PROTOCOL: "none",
  GIT_ADVICE: "0",
  // a hash means what it says: a repository could show another object in the place of one
  GIT_NO_REPLACE_OBJECTS: "1",
};

/** Beside the folders of the repository. */
export function gitEnvironment(of: {
  readonly trusted: boolean;
  readonly reads: boolean;
  readonly network: boolean;
  /** The person's home folder. */
  readonly home: string;
}): Record<string, string> {
  return {
    HOME: of.home,
    ...picked(IDENTITY),
    ...(of.trusted ? picked([...PERSON, ...TRUSTED]) : NO_PERSON),
    ...(of.network ? picked(NETWORK) : {}),
    ...ALWAYS,
    ...(of.reads ? { GIT_OPTIONAL_LOCKS: "0" } : {}),
  };
}

/** What leads git to the person's own configuration. */
export function personEnvironment(home: string): Record<string, string> {
  return { HOME: home, ...ALWAYS, ...picked(PERSON) };
}

const NOWHERE = process.platform === "win32" ? "NUL" : "/dev/null";
const NO_PERSON: Readonly<Record<string, string>> = {
  GIT_CONFIG_GLOBAL: NOWHERE,
  GIT_CONFIG_SYSTEM: NOWHERE,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_ATTR_NOSYSTEM: "1",
};

/** Settings for one run, stronger than every file. */
export function settingsEnvironment(
  settings: readonly { key: string; value: string }[],
): Record<string, string> {
  const pairs = settings.flatMap(({ key, value }, index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { ...Object.fromEntries(pairs), GIT_CONFIG_COUNT: String(settings.length) };
}

function picked(names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = process.env[name];
    if (value !== undefined) found[name] = value;
  }
  return found;
}
