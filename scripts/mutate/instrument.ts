import type { MutationPoint } from "./mutation-points.ts";

type NumberedPoint = MutationPoint & { readonly id: number };

/**
 * The source with all of its mutants in it. Each point becomes `(__mutant(id) ? replacement : (original))`, so one
 * compiled program runs every mutant, and a run of the tests records which points it reached.
 */
export function instrument(source: string, points: readonly NumberedPoint[]): string {
  const insertions: { at: number; text: string; rank: number }[] = [];
  const outermostFirst = [...points].sort((a, b) => a.start - b.start || b.end - a.end || a.id - b.id);
  for (const [rank, { id, start, end, replacement, prefix = "" }] of outermostFirst.entries()) {
    const isTemplate = source[start] === "`";
    // A tagged template keeps its tag: sql`…` becomes (__mutant(1) ? sql`mutated` : sql`…`).
    const tag = isTemplate ? "sql" : "";
    const from = isTemplate ? start - tag.length : start;
    const original = isTemplate ? "" : "(";
    insertions.push({
      at: from,
      text: `${prefix}(__mutant(${id}) ? ${tag}${replacement} : ${original}`,
      rank,
    });
    // At one position, the innermost expression ends first, and before another begins.
    insertions.push({ at: end, text: isTemplate ? ")" : "))", rank: -1 - rank });
  }
  insertions.sort((a, b) => a.at - b.at || a.rank - b.rank);
  let result = "";
  let position = 0;
  for (const { at, text } of insertions) {
    result += source.slice(position, at) + text;
    position = at;
  }
  return result + source.slice(position);
}
