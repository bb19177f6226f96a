import { createHash, randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";

/** A statement that changed the database, and its time, for Time Travel. */
type Change = { readonly at: number; readonly sql: string };

/** A D1 database: SQLite with a history, and with files for imports and exports. */
export class Database {
  readonly uuid: string = randomUUID();
  readonly name: string;
  readonly #now: () => number;
  #sqlite = new DatabaseSync(":memory:");
  #changes: Change[] = [];
  /** Uploaded and exported files by name. */
  readonly files = new Map<string, string>();

  constructor(name: string, now: () => number) {
    this.name = name;
    this.#now = now;
  }

  /** Returns the rows of a SELECT, and none for other statements. If SQLite throws, nothing has changed. */
  query(sql: string): unknown[] {
    if (/^\s*SELECT/i.test(sql)) return this.#sqlite.prepare(sql).all();
    this.#runAtomically(sql);
    this.#changes.push({ at: this.#now(), sql });
    return [];
  }

  #runAtomically(sql: string): void {
    this.#sqlite.exec("SAVEPOINT statement");
    try {
      this.#sqlite.exec(sql);
      this.#sqlite.exec("RELEASE statement");
    } catch (error) {
      this.#sqlite.exec("ROLLBACK TO statement; RELEASE statement");
      throw error;
    }
  }

  /** Bookmarks sort by time, which is all that D1 documents about them. */
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

  /** The database as SQL. D1 cannot export a database with a virtual table. */
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

  /** The API verifies an upload by its MD5. */
  static etagOf = (text: string): string => createHash("md5").update(text).digest("hex");
}

function insertOf(table: string, row: Record<string, unknown>): string {
  const values = Object.values(row).map((value) =>
    typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value ?? "NULL"),
  );
  return `INSERT INTO "${table}" VALUES (${values.join(", ")});`;
}
