/** One answer to a query, as an agent would read it. Lines are 1-based and inclusive, the path below the folder. */
export interface Found {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
}

export interface Answer {
  /** Best first. */
  readonly results: readonly Found[];
  /** From asking until the answer was there. */
  readonly ms: number;
}

/** A folder that was indexed from nothing and can be asked about. */
export interface Session {
  /** What indexing took; 0 for those that keep no index. */
  readonly indexSeconds: number;
  /** The most memory of its processes meanwhile; NaN where that cannot be told. */
  readonly peakMiB: number;
  /** What it had to do without. */
  readonly missing?: string;
  search(query: string, limit: number): Promise<Answer>;
  close(): Promise<void>;
}

/** Something that finds code. */
export interface System {
  readonly name: string;
  /** Names what decides its answers: those of another system than ours are kept by it. */
  readonly version: string;
  open(folder: string): Promise<Session>;
}

/** Where systems are put and may leave things. */
export interface Ground {
  /** Kept between runs. */
  readonly cache: string;
  /** Removed after the run. */
  readonly scratch: string;
  readonly say: (line: string) => void;
}

/** A system that may not be there: `prepare` installs it, or throws with the reason. */
export interface Contender {
  readonly name: string;
  /** Ours are measured anew each time. */
  readonly ours: boolean;
  prepare(ground: Ground): Promise<System>;
}
