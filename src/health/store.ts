import { and, getTableColumns, is, isNull, sql } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import { type AssetsBinding, createAssets } from "../core/assets.ts";
import type { Database } from "../db/database.ts";
import type { Meter } from "../db/metered-d1.ts";
import { meterKv } from "../db/metered-kv.ts";
import { runBatch } from "../db/run-batch.ts";
import * as schema from "../db/schema.ts";

type Stores = {
  readonly db: Database;
  readonly kv: KVNamespace;
  readonly bucket: R2Bucket;
  readonly assets: AssetsBinding | undefined;
  readonly meter: Meter;
};

/** A key that is never stored: the probe only needs an answer. */
const MISSING_KEY = "health";

const tables = Object.values<unknown>(schema).filter((value) => is(value, SQLiteTable));

/** One cheap query for each store. A probe rejects when its store does not answer. */
export const healthProbeStore = ({ db, kv, bucket, assets, meter }: Stores) => ({
  database: () => db.run(sql`SELECT 1`),
  /**
   * Names every column of every table and reads no row, so a missing migration makes the query fail.
   * The columns are in a condition, where Drizzle qualifies them with the table: SQLite reads an
   * unqualified "name" that is no column as a string literal.
   */
  migrations: async () => {
    const queries = tables.map((table) =>
      db
        .select({ one: sql`1` })
        .from(table)
        .where(and(...Object.values(getTableColumns(table)).map(isNull)))
        .limit(0),
    );
    await runBatch(db, { queries });
  },
  kv: async () => {
    if ((await meterKv(kv, meter).get(MISSING_KEY)) === "failed") throw new Error("KV does not answer");
  },
  bucket: () => bucket.head(MISSING_KEY),
  // With an empty cache, so that the probe reads the binding.
  assets: () => createAssets(assets, new Map()).readText("/pages/style.css"),
});
