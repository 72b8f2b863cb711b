import type { RunNotes } from "../training/run-notes.ts";

export interface Reported {
  readonly notes: RunNotes;
  /** sha256 of the table's file. */
  readonly checksum: string;
  readonly bytes: number;
  /** Of the evaluation, as Markdown. */
  readonly figures: string;
  readonly heldOut: readonly string[];
}

/** The report that lies beside the program: what the table was made of, what it is worth, how it is made again. */
export function renderReport({ notes, checksum, bytes, figures, heldOut }: Reported): string {
  const { settings, packages, pairs, kinds, languages, words, node, seconds } = notes;
  return `# The table of word vectors

Written by \`node scripts/train-embeddings/run.mjs publish\`; do not edit.

\`shared/model/table/code-words.bin\`, ${(bytes / 1e6).toFixed(1)} MB, sha256 \`${checksum}\`: ${words} stems, ${settings.dimensions} dimensions of one byte, and two weights a stem.

## What it was made of

${pairs} pairs of a text and the code that it describes, out of ${list(packages)} packages (\`corpus/manifest.json\` names each with version and licence; none of a project that retrieval benchmarks use). Copies of the same code count once.

| found as | pairs with copies |
| --- | --- |
${rows(kinds)}

| language | pairs with copies |
| --- | --- |
${rows(languages)}

## Settings

${inline(settings)}

Trained in ${Math.round(seconds)} s by ${node} on a shared machine, on one core.

## What it is worth

Texts of ${heldOut.length} packages that were kept out of training, each looked for among up to 2,000 pieces of code of its own package: by words alone (BM25), by the table alone, and by both (half each). A cell is MRR / recall@10. \`few\` are the texts that share less than a third of their words, weighed by rarity, with their code. Copies between texts and code make these figures easier than a search is; they serve to compare tables.

${figures}

Kept out: ${heldOut.join(", ")}.

## Made again

1. \`npm run build\`, for the grammars.
2. The corpus's program fetches the packages of the manifest with their registries' own clients, below a folder.
3. \`node scripts/train-embeddings/run.mjs extract --corpus=<folder> --work=<other folder>\`
4. \`node scripts/train-embeddings/run.mjs train --work=<other folder>\`: the same pairs, settings and version of Node give the same bytes.
5. \`node scripts/train-embeddings/run.mjs publish --work=<other folder>\` evaluates, writes this report and puts the table where the build finds it.
`;
}

function list(counts: Readonly<Record<string, number>>): string {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const each = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  return `${all} (${each.join(", ")})`;
}

function rows(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `| ${name} | ${count} |`)
    .join("\n");
}

function inline(settings: RunNotes["settings"]): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(", ");
}
