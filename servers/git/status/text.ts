import { shortHash } from "../text/commit.ts";
import type { StatusEntry } from "../engine/shapes.ts";
import { oneLine, shownPath } from "../text/foreign.ts";
import type { Standing } from "./standing.ts";
import { counted } from "../../../shared/listed.ts";

/** The first line and the files. */
export function statusText(standing: Standing): string {
  const { entries, first, end } = standing;
  return [
    headerOf(standing, true),
    ...entries.slice(first, end).map((entry) => lineOf(standing, entry)),
  ].join("\n");
}

/** The first line, and how many entries each folder has. */
export function statusCounts(standing: Standing): string {
  const { entries, repository } = standing;
  const folders = new Map<string, number>();
  for (const { path } of entries) {
    const folder = path.split("/").slice(0, -1).slice(0, 2).join("/");
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  const lines = [...folders].map(([folder, count]) => `${count} in ${shownPath(repository, folder)}`);
  return [
    `${headerOf(standing, false)} only counts are shown, paths or a smaller limit give more`,
    ...lines,
  ].join("\n");
}

/** The first line alone. */
export function statusLine(standing: Standing): string {
  return headerOf(standing, false);
}

function headerOf(standing: Standing, listed: boolean): string {
  const { entries, first, end, cursor, filtered, embedded } = standing;
  const isCut = cursor !== undefined || first > 0 || !listed;
  const facts = [
    placeOf(standing),
    ...nextStep(standing),
    totalsOf(standing),
    ...(isCut && listed ? [`shown ${first + 1}-${end} of ${entries.length}`] : []),
    ...(cursor === undefined || !listed ? [] : [`go on with cursor ${cursor}`]),
    ...(filtered > 0 ? [`${filtered} have a filter that does not run untrusted, and may be unchanged`] : []),
    ...(embedded ? ["answered without the git program"] : []),
  ];
  return `[${cursor === undefined && listed ? "" : "partial: "}${facts.join("; ")}]`;
}

function placeOf({ repository, head, upstream }: Standing): string {
  const branch = head.branch === undefined ? undefined : oneLine(head.branch);
  const unborn = head.hash === undefined ? ", no commit yet" : "";
  const place = branch ?? `detached at ${shortHash(head.hash ?? "nothing")}`;
  if (repository.workTree === undefined) return `${place}${unborn}; bare repository, no working tree`;
  if (upstream === undefined) return place + unborn;
  const { ahead, behind } = upstream;
  const name = oneLine(upstream.name);
  if (ahead === undefined || behind === undefined) return `${place}${unborn}, upstream ${name} is gone`;
  const far = [ahead > 0 ? ` ahead ${ahead}` : "", behind > 0 ? ` behind ${behind}` : ""].join("");
  return `${place}...${name}${far}${unborn}`;
}

const DOING = {
  merge: "merging",
  rebase: "rebasing",
  "cherry-pick": "cherry-picking",
  revert: "reverting",
  bisect: "bisecting",
  am: "applying mails",
} as const;

/** What is under way and what ends it. */
function nextStep({ underway, rebased, counts }: Standing): string[] {
  const { conflicts } = counts;
  const many = counted(conflicts, "conflict");
  if (underway === undefined) return conflicts === 0 ? [] : [`${many}: edit, then git_stage`];
  const doing = rebased === undefined ? DOING[underway] : `${DOING[underway]} ${oneLine(rebased)}`;
  if (underway === "bisect" || underway === "am")
    return [`${doing}: the person ends it with git ${underway === "am" ? "am --abort" : "bisect reset"}`];
  if (conflicts === 0) return [`${doing}, no conflicts left: git_merge action continue or abort`];
  return [`${doing}, ${many}: edit, git_stage, then git_merge action continue, or abort`];
}

function totalsOf({ repository, counts }: Standing): string {
  const told = (["staged", "changed", "untracked", "ignored"] as const).filter((kind) => counts[kind] > 0);
  if (told.length > 0) return told.map((kind) => `${counts[kind]} ${kind}`).join(", ");
  if (counts.conflicts > 0) return "nothing else changed";
  return repository.workTree === undefined ? "only its history can be looked at" : "clean";
}

const SIGNS = { untracked: "??", ignored: "!!" } as const;

function lineOf({ repository }: Standing, { kind, path, from, index, tree, submodule }: StatusEntry): string {
  const letters =
    kind === "untracked" || kind === "ignored" ? SIGNS[kind] : `${index}${tree}`.replaceAll(".", " ");
  const before = from === undefined ? "" : `${shownPath(repository, from)} -> `;
  return `${letters} ${before}${shownPath(repository, path)}${submodule ? " (submodule)" : ""}`;
}
