import type { GitRunIn } from "./run.ts";
import type { RefFacts } from "../shapes.ts";

/** `*` is what an annotated tag points to, empty for all else. */
const FORMAT = [
  "refname",
  "objectname",
  "*objectname",
  "contents:subject",
  "*contents:subject",
  "committerdate:raw",
  "*committerdate:raw",
  "upstream",
  "upstream:track,nobracket",
];

/** One process. `prefix` is one of ours, such as `refs/heads/`. */
export async function refs({ git, repository, signal }: GitRunIn, prefix: string): Promise<RefFacts[]> {
  const format = FORMAT.map((field) => `%(${field})%00`).join("");
  const text = await git.text(repository, ["for-each-ref", `--format=${format}`, prefix], { signal });
  const fields = text.split("\0");
  const found: RefFacts[] = [];
  for (let at = 0; at + FORMAT.length <= fields.length; at += FORMAT.length)
    found.push(refOf(fields.slice(at, at + FORMAT.length)));
  return found;
}

function refOf(fields: readonly string[]): RefFacts {
  const field = (at: number): string => fields[at] ?? "";
  const isTag = field(2) !== "";
  const [hash, subject, date] = isTag ? [field(2), field(4), field(6)] : [field(1), field(3), field(5)];
  return {
    // the newline that closes the one before
    name: field(0).trimStart(),
    hash,
    subject,
    at: Number.parseInt(date, 10) || 0,
    ...(field(7) === "" ? {} : { upstream: field(7), ...trackOf(field(8)) }),
    ...(isTag ? { annotation: field(3) } : {}),
  };
}

/** `ahead 1, behind 2`, either alone, `gone`, or nothing when they are equal. */
function trackOf(track: string): Pick<RefFacts, "ahead" | "behind"> {
  if (track === "gone") return {};
  const count = (word: string): number =>
    Number(new RegExp(String.raw`${word} (\d+)`, "u").exec(track)?.[1] ?? 0);
  return { ahead: count("ahead"), behind: count("behind") };
}
