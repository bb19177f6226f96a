import { createHash, randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";

/** Statements that changed the database, and when: what Time Travel goes back by. */
type Change = { readonly at: number; readonly sql: string };

/** A D1 database of the account: SQLite, with a history, and an import of files as the API describes it. */
export class Database {
  readonly uuid: string = randomUUID();
  readonly name: string;
  readonly #now: () => number;
  #sqlite = new DatabaseSync(":memory:");
  #changes: Change[] = [];
  /** Files that were uploaded for an import, by their name; and what was exported, for whoever has the link. */
  readonly files = new Map<string, string>();

  constructor(name: string, now: () => number) {
    this.name = name;
    this.#now = now;
  }

  /** Rows of a statement that reads; none of those that change something. Throws what SQLite says, having changed nothing. */
  query(sql: string): unknown[] {
    if (/^\s*SELECT/i.test(sql)) return this.#sqlite.prepare(sql).all();
    this.#whole(sql);
    this.#changes.push({ at: this.#now(), sql });
    return [];
  }

  #whole(sql: string): void {
    this.#sqlite.exec("SAVEPOINT whole");
    try {
      this.#sqlite.exec(sql);
      this.#sqlite.exec("RELEASE whole");
    } catch (error) {
      this.#sqlite.exec("ROLLBACK TO whole; RELEASE whole");
      throw error;
    }
  }

  /** Sorts as what it stands for does, which is all that is said of one. */
  bookmark(at = Number.POSITIVE_INFINITY): string {
    const count = this.#changes.filter((change) => change.at <= at).length;
    return `${String(count).padStart(8, "0")}-00000000-00000000-${"0".repeat(32)}`;
  }

  restore(bookmark: string): void {
    const changes = this.#changes.slice(0, Number.parseInt(bookmark, 10));
    this.#sqlite = new DatabaseSync(":memory:");
    for (const { sql } of changes) this.#sqlite.exec(sql);
    this.#changes = changes;
  }

  /** The whole as SQL. D1 does not export what has a virtual table. */
  export(): string {
    const schema = this.#sqlite
      .prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
      .all() as { type: string; name: string; sql: string }[];
    if (schema.some(({ sql }) => /^CREATE VIRTUAL TABLE/i.test(sql)))
      throw new Error("cannot export databases with Virtual Tables (fts5)");
    const rows = schema
      .filter(({ type }) => type === "table")
      .flatMap(({ name }) =>
        this.#sqlite
          .prepare(`SELECT * FROM "${name}"`)
          .all()
          .map((row) => insertOf(name, row)),
      );
    return [...schema.map(({ sql }) => `${sql};`), ...rows].join("\n");
  }

  /** What the API asks of an upload: that the file arrived as it was (its MD5). */
  static etagOf = (text: string): string => createHash("md5").update(text).digest("hex");
}

function insertOf(table: string, row: Record<string, unknown>): string {
  const values = Object.values(row).map((value) =>
    typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value ?? "NULL"),
  );
  return `INSERT INTO "${table}" VALUES (${values.join(", ")});`;
}
