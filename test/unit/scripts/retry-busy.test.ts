import { describe, expect, it } from "vitest";
import { retryBusy } from "../../../scripts/shared/retry-busy.ts";

const BUSY = "D1_ERROR: database is locked: SQLITE_BUSY";

/** A database of which the first `times` tries fail in those words. It says what it was asked, each time. */
function openFake(times: number, says = BUSY) {
  const asked: string[] = [];
  const answer = (what: string) => async () => {
    asked.push(what);
    if (asked.length <= times) throw new Error(says);
    return what;
  };
  const statementOf = (sql: string): object => ({
    sql,
    bind: (...values: unknown[]) => statementOf(`${sql} ← ${values}`),
    run: answer(`run ${sql}`),
    all: answer(`all ${sql}`),
    raw: answer(`raw ${sql}`),
    first: answer(`first ${sql}`),
  });
  const fake = {
    prepare: statementOf,
    batch: (statements: { sql: string }[]) =>
      answer(`batch ${statements.map(({ sql }) => sql).join("; ")}`)(),
  };
  return { asked, db: retryBusy(fake as unknown as D1Database, { until: 300, pause: 1 }) };
}

describe("a patient D1", () => {
  it.each(["run", "all", "raw", "first"] as const)(
    "tries %s again while the database is busy",
    async (verb) => {
      const { asked, db } = openFake(3);
      const whole = `${verb} UPDATE a ← 1,2`;
      const statement = db.prepare("UPDATE a").bind(1, 2) as unknown as Record<
        string,
        () => Promise<unknown>
      >;
      expect(await statement[verb]?.()).toBe(whole);
      expect(asked).toEqual([whole, whole, whole, whole]);
    },
  );

  it("tries a batch again as a whole, with the database's own statements", async () => {
    const { asked, db } = openFake(2, "Failed to get session commit token");
    const whole = "batch INSERT ← 1; DELETE";
    expect(await db.batch([db.prepare("INSERT").bind(1), db.prepare("DELETE")])).toBe(whole);
    expect(asked).toEqual([whole, whole, whole]);
  });

  it("throws the last failure where it stays busy, after its patience", async () => {
    const { asked, db } = openFake(Number.POSITIVE_INFINITY);
    await expect(db.prepare("SELECT 1").run()).rejects.toThrow(BUSY);
    expect(asked.length).toBeGreaterThan(3);
  });

  it("throws any other failure at once", async () => {
    const { asked, db } = openFake(1, "UNIQUE constraint failed: accounts.email_key");
    await expect(db.prepare("INSERT").run()).rejects.toThrow("UNIQUE constraint");
    expect(asked).toHaveLength(1);
  });
});
