import { type Finding, fail, ok, skip, warn } from "./finding.ts";

export type MigrationFacts = {
  readonly isRemote: boolean;
  /** Files of migrations/, in order. */
  readonly files: readonly string[];
  /** What the database has seen; null with the reason where it cannot be asked. */
  readonly applied: readonly string[] | { readonly unknown: string; readonly mend: string };
};

export function judgeMigrations({ isRemote, files, applied }: MigrationFacts): readonly Finding[] {
  const about = "migrations";
  if ("unknown" in applied) return [fail(about, applied.unknown, applied.mend)];
  const pending = files.filter((file) => !applied.includes(file));
  const strange = applied.filter((name) => !files.includes(name));
  const where = isRemote ? "npm run deploy" : "npm run dev";
  if (pending.length > 0) {
    const command = `npx wrangler d1 migrations apply DB --${isRemote ? "remote" : "local"}`;
    return [
      fail(
        about,
        `${pending.length} of ${files.length} are not applied: ${pending.join(", ")}`,
        `${where}, or ${command}`,
      ),
    ];
  }
  if (strange.length > 0) {
    return [
      warn(
        about,
        `the database is ahead of this checkout: ${strange.join(", ")}`,
        "pull the code that these belong to before anything is deployed from here",
      ),
    ];
  }
  return [files.length === 0 ? skip(about, "there are none") : ok(about, `all ${files.length} are applied`)];
}
