import type { Words } from "./as-command.ts";

interface FetchAsk {
  readonly remote: string;
  readonly refs?: readonly string[] | undefined;
  readonly prune: boolean;
  readonly tags: boolean;
}

export const fetchWords: Words<FetchAsk> = ({ remote, refs = [], prune, tags }) => [
  "fetch",
  ...(prune ? ["--prune"] : []),
  ...(tags ? ["--tags"] : []),
  remote,
  ...refs,
];

interface PushAsk {
  readonly remote: string;
  readonly ref?: string | undefined;
  readonly to?: string | undefined;
  readonly setUpstream: boolean;
  readonly tags: boolean;
  readonly force: boolean;
}

/** `--force` though it is with a lease: a guard of the stronger one has to see it. */
export const pushWords: Words<PushAsk> = ({ remote, ref, to, setUpstream, tags, force }) => {
  const what = to === undefined ? ref : `${ref ?? "HEAD"}:${to}`;
  return [
    "push",
    ...(force ? ["--force"] : []),
    ...(setUpstream ? ["-u"] : []),
    ...(tags ? ["--follow-tags"] : []),
    remote,
    ...(what === undefined ? [] : [what]),
  ];
};
