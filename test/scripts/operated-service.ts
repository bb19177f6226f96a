import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, vi } from "vitest";
import { readCommandLine } from "../../scripts/admin/command-line.ts";
import { runCommand } from "../../scripts/admin/run-command.ts";
import { createHouse, type House, hold } from "./dev-service.ts";

/** A superuser who can sign in, so that whoever else is made may go. */
export const KEEPER = "keeper@example.test";

type Parts = { readonly house: House; readonly held: Awaited<ReturnType<typeof hold>> };

/** A house for a file of tests, and the operator's commands on its database. */
export function operatedHouse() {
  let parts: Parts;
  beforeAll(async () => {
    // Where workerd's own words on a busy database come.
    vi.spyOn(console, "error").mockReturnValue();
    const house = await createHouse();
    parts = { house, held: await hold(house) };
    await newSuperuser(KEEPER);
    await query("UPDATE accounts SET email_verified_at = 1 WHERE email = ?", KEEPER);
  });
  afterAll(async () => {
    await parts?.held.close();
    parts?.house.remove();
  });

  /** The command in this process: the same code but for the way out. */
  async function admin(...argv: string[]): Promise<string> {
    const call = readCommandLine(argv);
    if ("helpOn" in call) throw new Error("help was asked for");
    return runCommand(parts.held.platform, call);
  }

  /** An invited superuser, and the token of their link. */
  async function newSuperuser(email = `ada-${randomUUID()}@example.test`) {
    const said = await admin("create-superuser", email);
    return { email, token: /token=(\S+)/.exec(said)?.[1] ?? "" };
  }

  /** A statement of the test's own, which waits for the service like the commands do. */
  async function query(sql: string, ...values: string[]): Promise<unknown[]> {
    const { db } = parts.held.platform;
    const { results } = await db
      .prepare(sql)
      .bind(...values)
      .all();
    return results;
  }

  return {
    admin,
    newSuperuser,
    house: () => parts.house,
    query,
    kv: () => parts.held.platform.kv,
    /** The arguments that say where the database is. */
    place: () => ["--config", parts.house.config, "--persist-to", parts.house.persistTo],
    list: async (...argv: string[]): Promise<{ users: { email: string }[]; hasMore: boolean }> =>
      JSON.parse(await admin("list", "--json", ...argv)),
    /** What the audit trail has of somebody. */
    trail: (email: string) =>
      query(
        "SELECT type, actor_id FROM audit_events WHERE account_id = (SELECT id FROM accounts WHERE email = ?) ORDER BY at, id",
        email,
      ) as Promise<{ type: string; actor_id: string | null }[]>,
  };
}
