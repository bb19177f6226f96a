import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Recording, recordD1 } from "../../support/d1.ts";
import { EVERY_MINUTE } from "../../support/outbox.ts";
import { resetStores } from "../../support/reset-stores.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { registerAndLogIn } from "../../support/users.ts";

// Each cron run writes a log line.
vi.spyOn(console, "log").mockImplementation(() => undefined);

beforeEach(resetStores);

const HOUR = 60 * 60_000;
const clock = createTestClock();

/** A service whose KV refuses the writes of these sessions, or of all. `writes`: the sessions that it tried to write. */
function startRefusing(refused: readonly string[] | "all", DB: D1Database = env.DB) {
  const writes: string[] = [];
  const KV = new Proxy(env.KV, {
    get: (real, name) => {
      const value = Reflect.get(real, name);
      if (name !== "put") return typeof value === "function" ? value.bind(real) : value;
      return async (key: string, ...rest: never[]) => {
        const id = key.replace("deny:sid:", "");
        writes.push(id);
        if (refused === "all" || refused.includes(id))
          throw new Error("KV PUT failed: 429 Too Many Requests");
        return value.call(real, key, ...rest);
      };
    },
  });
  return { service: startService({ clock, env: { KV, DB } }), writes };
}

async function insertPending(ids: readonly string[], expiresAt = clock.now() + HOUR): Promise<void> {
  const insert = env.DB.prepare("INSERT INTO pending_revocations (session_id, expires_at) VALUES (?, ?)");
  await env.DB.batch(ids.map((id) => insert.bind(id, expiresAt)));
}

const pendingIds = async () =>
  (await env.DB.prepare("SELECT session_id FROM pending_revocations ORDER BY session_id").all()).results.map(
    ({ session_id }) => session_id,
  );

const deletionsIn = ({ statements }: Recording) =>
  statements.filter(({ sql }) => /^delete from "pending_revocations"/i.test(sql)).length;

const newIds = (count: number) => Array.from({ length: count }, () => crypto.randomUUID()).sort();

describe("the cron job that publishes revocations", () => {
  it("publishes all of them, however many there are", async () => {
    const ids = newIds(14);
    await insertPending(ids);
    const { service, writes } = startRefusing([]);
    await service.runCron(EVERY_MINUTE);
    expect(writes.toSorted()).toEqual(ids);
    expect(await pendingIds()).toEqual([]);
  });

  it("keeps those that KV has refused, and publishes the others", async () => {
    const ids = newIds(9);
    const refused = ids.slice(2, 4);
    await insertPending(ids);
    await startRefusing(refused).service.runCron(EVERY_MINUTE);
    expect(await pendingIds()).toEqual(refused);
    const published = await Promise.all(ids.map((id) => env.KV.get(`deny:sid:${id}`)));
    expect(published.filter((value) => value === "1")).toHaveLength(7);
  });

  it("stops after its first six writes if KV refuses all of them", async () => {
    const ids = newIds(14);
    await insertPending(ids);
    const d1 = recordD1(env.DB);
    const { service, writes } = startRefusing("all", d1.db);
    await service.runCron(EVERY_MINUTE);
    expect(writes).toHaveLength(6);
    expect(await pendingIds()).toEqual(ids);
    expect(deletionsIn(d1)).toBe(0);
  });

  it("leaves out a session at the instant at which its last token expires", async () => {
    const [expired, live] = [crypto.randomUUID(), crypto.randomUUID()];
    await insertPending([expired], clock.now());
    await insertPending([live], clock.now() + 1);
    const { service, writes } = startRefusing([]);
    await service.runCron(EVERY_MINUTE);
    expect(writes).toEqual([live]);
  });
});

it("a sign-out whose revocation KV refuses sends no further statement to D1", async () => {
  for (const refused of ["all", []] as const) {
    const d1 = recordD1(env.DB);
    const { service } = startRefusing(refused, d1.db);
    const { token } = await registerAndLogIn(service);
    d1.statements.length = 0;
    expect((await service.post("/logout", undefined, token)).status).toBe(200);
    expect(deletionsIn(d1)).toBe(refused === "all" ? 0 : 1);
  }
});
