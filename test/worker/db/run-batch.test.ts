import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { describe, expect, expectTypeOf, it } from "vitest";
import { openDatabase } from "../../../src/db/database.ts";
import { newMeter } from "../../../src/db/metered-d1.ts";
import { runBatch } from "../../../src/db/run-batch.ts";
import { sendCounters } from "../../../src/db/schema.ts";

const meter = newMeter();
const db = openDatabase(env.DB, meter);

const insert = (bucket: string, sends: number) => db.insert(sendCounters).values({ bucket, sends });
const select = (bucket: string) => db.select().from(sendCounters).where(eq(sendCounters.bucket, bucket));

describe("runBatch", () => {
  it("returns each statement's result by name, whatever statements a list before it contains", async () => {
    const before = meter.d1;
    for (const extra of [[], [insert("email/3", 3), insert("email/4", 4)]]) {
      const { first, second, ...others } = await runBatch(db, {
        cleared: [db.delete(sendCounters)],
        inserted: [insert("email/1", 1), insert("email/2", 2), ...extra],
        first: select("email/1"),
        second: select("email/2"),
      });
      expectTypeOf(first).toEqualTypeOf<{ bucket: string; sends: number }[]>();
      expect([first, second, others]).toEqual([
        [{ bucket: "email/1", sends: 1 }],
        [{ bucket: "email/2", sends: 2 }],
        {},
      ]);
    }
    expect(meter.d1 - before).toBe(2);
  });

  it("changes nothing when one of its statements fails", async () => {
    await runBatch(db, { cleared: db.delete(sendCounters), inserted: insert("email/5", 5) });
    const failing = runBatch(db, { added: insert("email/6", 6), duplicate: insert("email/5", 5) });
    await expect(failing).rejects.toThrow();
    expect(await db.select().from(sendCounters)).toEqual([{ bucket: "email/5", sends: 5 }]);
  });

  it("rejects a batch without statements", async () => {
    await expect(runBatch(db, { none: [] })).rejects.toThrow("at least one statement");
  });
});
