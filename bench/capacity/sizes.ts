import { fillDatabase } from "../../scripts/dev/fill-database.ts";
import type { Queryable } from "./capacity-service.ts";

/** Bytes per row in the database, with its indexes. */
export type Sizes = Readonly<Record<"account" | "session" | "audit event", number>>;

/** A text of the form and length of a stored password hash. */
const HASH = `$pbkdf2-sha256-chain$b=6,i=100000,k=AAAAAAAA$${"A".repeat(22)}$${"B".repeat(43)}`;

export async function measureSizes(db: Queryable, count: number): Promise<Sizes> {
  const now = Date.now();
  return {
    account: await growth(db, count, () => fillDatabase(db, { count, passwordHash: HASH, now })),
    session: await growth(db, count, () => copyRow(db, "sessions", count)),
    "audit event": await growth(db, count, () => copyRow(db, "audit_events", count)),
  };
}

async function growth(db: Queryable, count: number, add: () => Promise<unknown>): Promise<number> {
  const before = await size(db);
  await add();
  return Math.round(((await size(db)) - before) / count);
}

const size = async (db: Queryable): Promise<number> =>
  (await db.prepare("SELECT ? AS one").bind(1).all()).meta.size_after;

/** Inserts `count` copies of a row that the service has written, with unique ids, each for another account. */
async function copyRow(db: Queryable, table: string, count: number): Promise<void> {
  const { results } = await db
    .prepare("SELECT name FROM pragma_table_info(?)")
    .bind(table)
    .all<{ name: string }>();
  const names = results.map(({ name }) => name);
  const values = names.map((name) => {
    // As long as a UUID.
    if (name === "id") return "lower(hex(randomblob(18)))";
    if (name === "account_id") return "(SELECT id FROM accounts WHERE rowid = many.value + 1)";
    return /_at$|^at$/.test(name) ? `one.${name} + many.value` : `one.${name}`;
  });
  await db
    .prepare(
      `INSERT INTO ${table} (${names.join(", ")}) SELECT ${values.join(", ")} FROM (SELECT * FROM ${table} LIMIT 1) AS one, ` +
        "json_each(?) AS many",
    )
    .bind(JSON.stringify(Array.from({ length: count }, (_, at) => at)))
    .all();
}
