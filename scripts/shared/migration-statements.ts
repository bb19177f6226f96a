/** The statements of a migration. Splits at drizzle's breakpoints, since a trigger contains semicolons. */
export const statementsOf = (migration: string): string[] =>
  migration
    .split("--> statement-breakpoint")
    .map((statement) => statement.replaceAll(/^\s*--.*\n/gm, "").trim())
    .filter((statement) => statement !== "");
