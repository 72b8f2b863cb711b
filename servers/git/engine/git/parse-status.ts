import type { StatusEntry, StatusFacts } from "../shapes.ts";

const RANK = { changed: 0, unmerged: 1, untracked: 2, ignored: 3 } as const satisfies Record<
  StatusEntry["kind"],
  number
>;

/** Reads what `git status --porcelain=v2 --branch -z` prints. */
export function parseStatus(text: string): StatusFacts {
  const records = text.split("\0");
  const entries: StatusEntry[] = [];
  const facts = new Map<string, string>();
  for (let at = 0; at < records.length; at++) {
    const record = records[at] ?? "";
    if (record.startsWith("# ")) {
      const [, name = "", value = ""] = /^# (\S+) (.*)$/su.exec(record) ?? [];
      facts.set(name, value);
    } else if (record.startsWith("2 ")) entries.push(renamed(record, records[(at += 1)] ?? ""));
    else if (record !== "") entries.push(plain(record));
  }
  const upstream = upstreamIn(facts);
  return {
    head: headIn(facts),
    ...(upstream === undefined ? {} : { upstream }),
    entries: entries.toSorted((a, b) => RANK[a.kind] - RANK[b.kind] || compareBytes(a.path, b.path)),
  };
}

function headIn(facts: ReadonlyMap<string, string>): StatusFacts["head"] {
  const branch = facts.get("branch.head");
  const hash = facts.get("branch.oid");
  return {
    ...(branch === undefined || branch === "(detached)" ? {} : { branch }),
    ...(hash === undefined || hash === "(initial)" ? {} : { hash }),
  };
}

function upstreamIn(facts: ReadonlyMap<string, string>): StatusFacts["upstream"] {
  const name = facts.get("branch.upstream");
  if (name === undefined) return undefined;
  const [, ahead, behind] = /^\+(\d+) -(\d+)$/u.exec(facts.get("branch.ab") ?? "") ?? [];
  if (ahead === undefined || behind === undefined) return { name };
  return { name, ahead: Number(ahead), behind: Number(behind) };
}

function plain(record: string): StatusEntry {
  if (record.startsWith("? ")) return untold("untracked", record);
  if (record.startsWith("! ")) return untold("ignored", record);
  const unmerged = record.startsWith("u ");
  const { fields, path } = cutFields(record, unmerged ? 10 : 8);
  return { kind: unmerged ? "unmerged" : "changed", path, ...lettersIn(fields) };
}

function renamed(record: string, from: string): StatusEntry {
  const { fields, path } = cutFields(record, 9);
  return { kind: "changed", path, from, ...lettersIn(fields) };
}

function untold(kind: "untracked" | "ignored", record: string): StatusEntry {
  return { kind, path: record.slice(2), index: ".", tree: ".", submodule: false };
}

/** The fields before the path, which itself may hold spaces. */
function cutFields(record: string, count: number): { fields: string[]; path: string } {
  const parts = record.split(" ");
  return { fields: parts.slice(0, count), path: parts.slice(count).join(" ") };
}

function lettersIn([, letters = "..", submodule = "N"]: readonly string[]): Pick<
  StatusEntry,
  "index" | "tree" | "submodule"
> {
  return { index: letters[0] ?? ".", tree: letters[1] ?? ".", submodule: submodule.startsWith("S") };
}

/** As git sorts: by bytes, and not by UTF-16 units. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
