import { and, getTableColumns, is, isNull, sql } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { AssetsBinding } from "../core/assets.ts";
import { createAssets } from "../core/assets.ts";
import type { Database } from "../db/database.ts";
import type { Meter } from "../db/metered-d1.ts";
import { meterKv } from "../db/metered-kv.ts";
import * as schema from "../db/schema.ts";

type Stores = {
  readonly db: Database;
  readonly kv: KVNamespace;
  readonly bucket: R2Bucket;
  readonly assets: AssetsBinding | undefined;
  readonly meter: Meter;
};

/** The key that is asked for, and that nothing is kept under. */
const NOTHING = "health";

const tables = Object.values<unknown>(schema).filter((value) => is(value, SQLiteTable));

/** Asks each store the cheapest question that only a working one answers. Each rejects if it does not. */
export const healthProbeStore = ({ db, kv, bucket, assets, meter }: Stores) => ({
  database: () => db.run(sql`SELECT 1`),
  /**
   * Every column of every table, and no row: before its migration there is none. In a condition,
   * because there drizzle names the table too; SQLite takes a lone "name" that is no column for text.
   */
  migrations: async () => {
    const [first, ...others] = tables.map((table) =>
      db
        .select({ one: sql`1` })
        .from(table)
        .where(and(...Object.values(getTableColumns(table)).map(isNull)))
        .limit(0),
    );
    if (first) await db.batch([first, ...others]);
  },
  kv: async () => {
    if ((await meterKv(kv, meter).get(NOTHING)) === "failed") throw new Error("KV does not answer");
  },
  bucket: () => bucket.head(NOTHING),
  // Not out of what the isolate has kept.
  assets: () => createAssets(assets, new Map()).readText("/pages/style.css"),
});
