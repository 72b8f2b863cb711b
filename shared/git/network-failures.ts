import type { KnownFailure } from "./failures.ts";

/** What git, curl and ssh say when a remote cannot be reached or does not want us; the first that fits is told. */
export const NETWORK_FAILURES: readonly KnownFailure[] = [
  {
    said: /Could not resolve (?:host|proxy)|Name or service not known|Temporary failure in name resolution|nodename nor servname|No address associated|Unable to look up/iu,
    code: "unavailable",
    message: "there is no such host, or its name cannot be looked up from here",
    hint: "Check the address of the remote, and the network.",
  },
  {
    said: /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|No \S+ host key is known/iu,
    code: "denied",
    message: "ssh does not know the key of that host, or it is another one than before",
    hint: "The person connects once by hand with ssh and checks the key.",
  },
  {
    said: /Authentication failed|could not read (?:Username|Password)|terminal prompts disabled|Permission denied \(|Permission denied, please try again|Access denied|returned error: 40[13]|Invalid (?:username|credentials)|Too many authentication failures/iu,
    code: "denied",
    message: "the remote wants to know who we are, and was not told or did not believe it",
    hint: "The person signs in by hand once: a credential helper of git for https, a key in the agent for ssh. Nothing asks for a password here.",
  },
  {
    said: /certificate|SSL_|gnutls_|TLS connect error/iu,
    code: "unavailable",
    message: "the encrypted connection to the remote failed",
    hint: "Its certificate is not trusted here, or something stands between; the person can look with git ls-remote.",
  },
  {
    said: /Connection (?:refused|timed out|reset|closed)|Network is unreachable|No route to host|Failed to connect|Couldn't connect|unable to connect|Operation timed out|Operation too slow|Empty reply/iu,
    code: "unavailable",
    message: "the remote cannot be reached, or it stopped answering",
    hint: "Try again later; check the network, the proxy and the address of the remote.",
  },
  {
    said: /couldn't find remote ref/iu,
    code: "not_found",
    message: "the remote has no such branch",
    hint: "Leave refs out to fetch all branches; git_branches with kind remote lists what was there last.",
  },
  {
    said: /refusing to (?:update checked out branch|delete the current branch)/iu,
    code: "conflict",
    message: "that branch is checked out at the remote",
    hint: "Push to another name, or let the person change the branch there.",
  },
  {
    said: /shallow update not allowed/iu,
    code: "conflict",
    message: "the remote does not take commits of a shallow repository",
    hint: "The person can fetch the rest first: git fetch --unshallow",
  },
  {
    said: /repository .*not found|does not appear to be a git repository|repository not exported|does not exist|returned error: 404|not a git repository|Could not read from remote repository/iu,
    code: "not_found",
    message: "the remote has no such repository, or does not show it to us",
    hint: "Check the address of the remote; some hosts say this to who is not signed in.",
  },
  {
    said: /remote end hung up|early EOF|RPC failed|unexpected disconnect|transfer closed|protocol error|bad line length|invalid index-pack output/iu,
    code: "unavailable",
    message: "the connection broke off before all was there",
    hint: "Try again; what was there before is unchanged.",
  },
];
