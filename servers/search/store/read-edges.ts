import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";

/** Names that more files define say nothing of whom a reference means. */
const MOST_FILES = 20;

/** How often one file uses names that another one defines. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

const SQL = `
WITH defined AS MATERIALIZED (SELECT DISTINCT name, file FROM definitions),
few AS MATERIALIZED (SELECT name FROM defined GROUP BY name HAVING count(*) <= ${MOST_FILES})
SELECT m.file AS "from", d.file AS "to", sum(m.count) AS count
FROM few JOIN defined d ON d.name = few.name JOIN mentions m ON m.name = few.name
WHERE m.file <> d.file
GROUP BY m.file, d.file`;

export function readEdges(db: Sqlite): Edge[] {
  return db.all<Edge>(SQL);
}
