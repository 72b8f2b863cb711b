import { counted } from "../../../shared/listed.ts";
import type { IndexState } from "../index/shapes.ts";
import type { SkipReason } from "../store/shapes.ts";

const REASONS: Readonly<Record<SkipReason, string>> = {
  binary: "binary",
  too_large: "too large",
  minified: "minified",
  secret: "secret",
  unreadable: "unreadable",
  no_text: "no text",
};

/** How the index stands, for the first line of an answer: nothing to say but its size when all is in. */
export function stateWords({ state, indexed, toGo = 0, stale, skipped, problems }: IndexState): string[] {
  const files = `${counted(indexed, "file")} indexed`;
  const rest = toGo === 0 ? "" : `, ${toGo} to go`;
  const words = {
    building: `index is being built: ${files}${rest}; what is missing may not be in yet`,
    updating: stale > 0 ? `${files}, changes are being read` : `${files}, looking for changes`,
    complete: files,
  };
  const left = Object.entries(skipped)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${count} ${reasonOf(reason)}`);
  return [
    words[state],
    ...(stale > 0 ? [`${counted(stale, "changed file")} shown as of an earlier version`] : []),
    ...(left.length > 0 ? [`left out: ${left.join(", ")}`] : []),
    ...problems,
  ];
}

function reasonOf(reason: string): string {
  return isReason(reason) ? REASONS[reason] : reason;
}

function isReason(reason: string): reason is SkipReason {
  return reason in REASONS;
}
