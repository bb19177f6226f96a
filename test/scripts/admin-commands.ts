import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, vi } from "vitest";
import { readCommandLine } from "../../scripts/admin/command-line.ts";
import { runCommand } from "../../scripts/admin/run-command.ts";
import { createInstallation, type Installation, openPlatform } from "./dev-service.ts";

/** A superuser who can sign in, so that the tests may deactivate every other superuser. */
export const PERMANENT_SUPERUSER = "permanent@example.test";

type Setup = {
  readonly installation: Installation;
  readonly database: Awaited<ReturnType<typeof openPlatform>>;
};

/** Creates an installation for a test file, and returns the admin commands on its database. */
export function useAdminCommands() {
  let setup: Setup;
  beforeAll(async () => {
    // workerd logs its errors about a busy database there.
    vi.spyOn(console, "error").mockReturnValue();
    const installation = await createInstallation();
    setup = { installation, database: await openPlatform(installation) };
    await newSuperuser(PERMANENT_SUPERUSER);
    await query("UPDATE accounts SET email_verified_at = 1 WHERE email = ?", PERMANENT_SUPERUSER);
  });
  afterAll(async () => {
    await setup?.database.close();
    setup?.installation.remove();
  });

  /** Runs a command in this process. Returns the text that it would print. */
  async function admin(...argv: string[]): Promise<string> {
    return runCommand(setup.database.platform, readCommandLine(argv));
  }

  /** Invites a superuser. Returns the token of the link. */
  async function newSuperuser(email = `ada-${randomUUID()}@example.test`) {
    const printed = await admin("create-superuser", email);
    return { email, token: /token=(\S+)/.exec(printed)?.[1] ?? "" };
  }

  /** Runs SQL of the test. It retries while the service writes, like the commands. */
  async function query(sql: string, ...values: string[]): Promise<unknown[]> {
    const { db } = setup.database.platform;
    const { results } = await db
      .prepare(sql)
      .bind(...values)
      .all();
    return results;
  }

  return {
    admin,
    newSuperuser,
    installation: () => setup.installation,
    query,
    kv: () => setup.database.platform.kv,
    /** The options that select the database. */
    databaseOptions: () => [
      ...["--config", setup.installation.config],
      ...["--persist-to", setup.installation.persistTo],
    ],
    list: async (...argv: string[]): Promise<{ users: { email: string }[]; hasMore: boolean }> =>
      JSON.parse(await admin("list", "--json", ...argv)),
    /** The audit events of an account. */
    auditEvents: (email: string) =>
      query(
        "SELECT type, actor_id FROM audit_events WHERE account_id = (SELECT id FROM accounts WHERE email = ?) ORDER BY at, id",
        email,
      ) as Promise<{ type: string; actor_id: string | null }[]>,
  };
}
