/** Whose convention a file follows. `plumbline` is only used for our own folder. */
export const FAMILIES = ["agents", "claude", "cursor", "copilot", "gemini", "windsurf", "zed"] as const;
export type Family = (typeof FAMILIES)[number];
/** Those that count when nobody says otherwise. */
export const USUAL_FAMILIES: readonly Family[] = ["agents", "claude", "cursor"];

/** From what holds everywhere to what holds for few files; later ones come later in the merged text. */
export type Scope = "managed" | "user" | "project" | "directory" | "rule" | "vendored";

/** A file that may apply to a target: where it stands, and what its place says about it. */
export interface Source {
  /** Absolute, as named. */
  readonly path: string;
  /** For people and models: relative to the project, `~/…` for the person's own; never absolute. */
  readonly shown: string;
  readonly scope: Scope;
  readonly family: Family;
  /** The directory that it is about, relative to the project root, `""` for the root; rules and personal files too. */
  readonly dir: string;
  /** Absolute: what globs and imports without a folder are relative to. */
  readonly base: string;
  /**
   * `main` is AGENTS.md and its like; `override` replaces the AGENTS.md of its directory; `rule` is one of many in a rules
   * folder; `local` is the person's own file inside a project.
   */
  readonly role: "main" | "override" | "rule" | "local";
}

export type Priority = "high" | "normal" | "low";

/** What a file says about itself, checked; whatever it leaves out has its default. */
export interface Frontmatter {
  readonly priority: Priority;
  /** `sometimes`: only when a keyword or a glob fits. */
  readonly type: "always" | "sometimes";
  readonly keywords: readonly string[];
  readonly match: "any" | "all";
  readonly tags: readonly string[];
  /** From `paths`, `globs` or `applyTo`, relative to the source's base; a leading `/` or `./` taken off. */
  readonly globs: readonly string[];
  /** `all`: drops what stands above it, too; only in the person's own folders. */
  readonly override: boolean | "all";
  readonly template?: "vars" | "liquid";
  readonly description?: string;
}

/** Something that a person should know about a file. */
export interface Problem {
  readonly level: "warning" | "info";
  /** One word with underscores, such as `bad_frontmatter`. */
  readonly code: string;
  /** Our own sentence; foreign text in it is escaped. */
  readonly message: string;
  /** From 1, in the file. */
  readonly line?: number;
}

/** A file that was read and taken apart. */
export interface Document {
  readonly source: Source;
  readonly frontmatter: Frontmatter;
  /** Without the frontmatter; safe characters only, line ends `\n`. */
  readonly body: string;
  /** The line of the file on which the body begins, from 1. */
  readonly firstLine: number;
  readonly problems: readonly Problem[];
}

/** One file's text as it reaches a model. */
export interface Block {
  /** Stable while the file is: the first eight digits of a hash over path and content. */
  readonly id: string;
  readonly path: string;
  readonly scope: Scope;
  readonly dir: string;
  readonly family: Family;
  readonly priority: Priority;
  readonly type: "always" | "sometimes";
  readonly tags: readonly string[];
  /** Why it applies, in our words. */
  readonly reason: string;
  /** Files whose text was taken in, as shown. */
  readonly imports: readonly string[];
  readonly tokens: number;
  /** SHA-256 of the text. */
  readonly hash: string;
  readonly text: string;
}

/** A file that was found and left out, and why. */
export interface Excluded {
  readonly id: string;
  readonly path: string;
  /** In our words: `no keyword of it occurs`, `the same as AGENTS.md`, `over the budget: 1,200 tokens`. */
  readonly reason: string;
  readonly tokens: number;
  /** Whether it can be had by its id. */
  readonly available: boolean;
}

/** A problem with the file that it is about. */
export interface Warning extends Problem {
  readonly path: string;
}

/** What applies to a target. */
export interface Loaded {
  readonly blocks: readonly Block[];
  readonly excluded: readonly Excluded[];
  readonly warnings: readonly Warning[];
  /** The blocks between markers, later ones more specific. */
  readonly mergedText: string;
  /** Of the merged text, four characters each. */
  readonly tokens: number;
  /** Changes when any file of the chain does. */
  readonly fingerprint: string;
}

/** Reads files for the engine, with all the care that foreign files need, and remembers them while they do not change. */
export interface InstructionFiles {
  /** The text, and where it really lies (links followed inside the project); nothing when there is none. */
  read(path: string): Promise<FileText | undefined>;
  /** Regular files below a folder with one of these endings, by code-unit order; at most 2,000. */
  list(folder: string, endings: readonly string[]): Promise<readonly string[]>;
}

export type FileText =
  | { readonly kind: "text"; readonly text: string; readonly realPath: string; readonly hash: string }
  /** It is there and cannot be used: our own sentence. */
  | { readonly kind: "refused"; readonly why: string };
