/** The statements of a migration, as drizzle parts them: a trigger has semicolons of its own. */
export const statementsOf = (migration: string): string[] =>
  migration
    .split("--> statement-breakpoint")
    .map((statement) => statement.replaceAll(/^\s*--.*\n/gm, "").trim())
    .filter((statement) => statement !== "");
