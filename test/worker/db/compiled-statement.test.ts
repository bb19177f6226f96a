import { env } from "cloudflare:workers";
import { eq, sql } from "drizzle-orm";
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import { auditRow } from "../../../src/admin/audit-log/statements.ts";
import { compiled } from "../../../src/db/compiled-statement.ts";
import { openDatabase } from "../../../src/db/database.ts";
import { insertFrom } from "../../../src/db/insert-select.ts";
import { newMeter } from "../../../src/db/metered-d1.ts";
import { runBatch } from "../../../src/db/run-batch.ts";
import { auditEvents, sendCounters } from "../../../src/db/schema.ts";

const observed: string[] = [];
const db = openDatabase(env.DB, newMeter(), (type) => observed.push(type));

afterEach(() => {
  observed.length = 0;
});

const insertCounter = compiled((database, row: typeof sendCounters.$inferSelect) =>
  database.insert(sendCounters).values(row),
);

const selectCounter = compiled((database, { bucket }: { readonly bucket: string }) =>
  database.select().from(sendCounters).where(eq(sendCounters.bucket, bucket)),
);

const insertEvent = compiled((database, { bucket, ...event }: EventOfCounter) =>
  insertFrom(
    database,
    auditEvents,
    auditRow(event, event.accountId),
    sendCounters,
    eq(sendCounters.bucket, bucket),
  ),
);

type EventOfCounter = Omit<typeof auditEvents.$inferSelect, "windowStart" | "type"> & {
  readonly type: "signed_in" | "account_registered";
  readonly bucket: string;
};

const event = (bucket: string, type: EventOfCounter["type"], details: EventOfCounter["details"]) => ({
  id: crypto.randomUUID(),
  type,
  at: 1,
  accountId: "account",
  actorId: null,
  ip: null,
  details,
  bucket,
});

describe("a compiled statement", () => {
  it("has the values of each call, and is built once for each database", async () => {
    let builds = 0;
    const insert = compiled((database, row: typeof sendCounters.$inferSelect) => {
      builds += 1;
      return database.insert(sendCounters).values(row);
    });
    const { second, none } = await runBatch(db, {
      inserted: [insert(db, { bucket: "a", sends: 1 }), insert(db, { bucket: "b", sends: 2 })],
      second: selectCounter(db, { bucket: "b" }),
      none: selectCounter(db, { bucket: "c" }),
    });
    expectTypeOf(second).toEqualTypeOf<{ bucket: string; sends: number }[]>();
    expect([second, none]).toEqual([[{ bucket: "b", sends: 2 }], []]);
    expect(builds).toBe(1);
    const other = openDatabase(env.DB, newMeter());
    const { third } = await runBatch(other, {
      inserted: insert(other, { bucket: "c", sends: 3 }),
      third: selectCounter(other, { bucket: "c" }),
    });
    expect(third).toEqual([{ bucket: "c", sends: 3 }]);
    expect(builds).toBe(2);
  });

  it("stores a value in the form of its column, null as null, and reports its audit event", async () => {
    const inserted = event("d", "signed_in", { count: 1 });
    await runBatch(db, {
      counter: insertCounter(db, { bucket: "d", sends: 1 }),
      event: insertEvent(db, inserted),
      other: insertEvent(db, event("d", "account_registered", {})),
      withoutCounter: insertEvent(db, event("e", "signed_in", {})),
    });
    const { bucket: _, ...row } = inserted;
    const stored = await db.select().from(auditEvents).where(eq(auditEvents.id, inserted.id));
    expect(stored).toEqual([{ ...row, windowStart: null }]);
    expect(observed).toEqual(["signed_in", "account_registered"]);
  });

  it.each([
    ["adds to", (now: number) => sql`${now + 1}`],
    ["compares", (now: number) => sql`${now > 1}`],
    ["puts into a text", (now: number) => sql`${`${now}`}`],
    ["puts into JSON", (now: number) => sql`${JSON.stringify({ now })}`],
  ])("cannot be built by code that %s a value", (_, compute) => {
    const select = compiled((database, { now }: { readonly now: number }) =>
      database.select({ value: compute(now) }).from(sendCounters),
    );
    expect(() => select(db, { now: 1 })).toThrow('cannot compute with "now"');
  });

  it("fails if a value is missing", async () => {
    await runBatch(db, { found: selectCounter(db, { bucket: "a" }) });
    const missing = {} as { bucket: string };
    await expect(runBatch(db, { found: selectCounter(db, missing) })).rejects.toThrow();
  });
});
