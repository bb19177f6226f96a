import { describe, expect, it } from "vitest";
import { retryBusy } from "../../../../scripts/shared/retry-busy.ts";

const BUSY = "D1_ERROR: database is locked: SQLITE_BUSY";

/** A fake database whose first `failures` calls fail with `message`. It records every call. */
function openFake(failures: number, message = BUSY) {
  const calls: string[] = [];
  const respond = (call: string) => async () => {
    calls.push(call);
    if (calls.length <= failures) throw new Error(message);
    return call;
  };
  const statementOf = (sql: string): object => ({
    sql,
    bind: (...values: unknown[]) => statementOf(`${sql} ← ${values}`),
    run: respond(`run ${sql}`),
    all: respond(`all ${sql}`),
    raw: respond(`raw ${sql}`),
    first: (column?: string) => respond(`first ${sql}${column === undefined ? "" : ` of ${column}`}`)(),
  });
  const fake = {
    prepare: statementOf,
    batch: (statements: { sql: string }[]) =>
      respond(`batch ${statements.map(({ sql }) => sql).join("; ")}`)(),
  };
  return { calls, db: retryBusy(fake as unknown as D1Database, { timeout: 300, pause: 1 }) };
}

describe("retryBusy", () => {
  it.each(["run", "all", "raw", "first"] as const)(
    "retries %s while the database is busy",
    async (method) => {
      const { calls, db } = openFake(3);
      const expected = `${method} UPDATE a ← 1,2`;
      const statement = db.prepare("UPDATE a").bind(1, 2) as unknown as Record<
        string,
        () => Promise<unknown>
      >;
      expect(await statement[method]?.()).toBe(expected);
      expect(calls).toEqual([expected, expected, expected, expected]);
    },
  );

  // Fault 26: without the column, `first` resolved to the row, which was then part of addresses as "[object Object]".
  it("passes the column of `first` on, also in a retry", async () => {
    const { calls, db } = openFake(1);
    expect(await db.prepare("SELECT").bind(1).first("n")).toBe("first SELECT ← 1 of n");
    expect(calls).toEqual(["first SELECT ← 1 of n", "first SELECT ← 1 of n"]);
  });

  it("retries a whole batch with the original statements", async () => {
    const { calls, db } = openFake(2, "Failed to get session commit token");
    const expected = "batch INSERT ← 1; DELETE";
    expect(await db.batch([db.prepare("INSERT").bind(1), db.prepare("DELETE")])).toBe(expected);
    expect(calls).toEqual([expected, expected, expected]);
  });

  it("throws the last failure after the timeout", async () => {
    const { calls, db } = openFake(Number.POSITIVE_INFINITY);
    await expect(db.prepare("SELECT 1").run()).rejects.toThrow(BUSY);
    expect(calls.length).toBeGreaterThan(3);
  });

  it("throws any other failure without a retry", async () => {
    const { calls, db } = openFake(1, "UNIQUE constraint failed: accounts.email_key");
    await expect(db.prepare("INSERT").run()).rejects.toThrow("UNIQUE constraint");
    expect(calls).toHaveLength(1);
  });
});
