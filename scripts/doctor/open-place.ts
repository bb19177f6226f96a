import { existsSync } from "node:fs";
import { join } from "node:path";
import { cloudflare } from "../deploy/cloudflare.ts";
import { readDeployment } from "../deploy/deployment.ts";
import { devVarsPath } from "../dev/dev-vars.ts";
import { lastOrigin } from "../dev/last-origin.ts";
import { Complaint } from "../dev/usage-error.ts";
import { statePath, withLocalPlatform } from "../shared/local-platform.ts";
import type { DoctorCall } from "./command-line.ts";
import type { Place } from "./examine.ts";
import { type Ask, appliedMigrations } from "./gather-database.ts";

/** Opens what is asked for, and closes it afterwards. What cannot be opened is said by the checks that need it. */
export const openPlace = <T>(call: DoctorCall, use: (place: Place) => Promise<T>): Promise<T> =>
  call.isRemote ? openRemote(call, use) : openLocal(call, use);

async function openLocal<T>(call: DoctorCall, use: (place: Place) => Promise<T>): Promise<T> {
  const where = { ...call, vars: {} };
  const hasDatabase = existsSync(join(statePath(where), "d1"));
  const hasSecrets = call.envFiles.length > 0 || existsSync(devVarsPath(where));
  if (!hasSecrets)
    throw new Complaint(`There is no ${devVarsPath(where)} yet. npm run dev makes it, and the database.`);
  process.env.WRANGLER_LOG = "none";
  return withLocalPlatform(where, async ({ variables, db }) => {
    const ask: Ask = async (sql) => (await db.prepare(sql).all<Record<string, unknown>>()).results;
    const root = (name: string) => String(variables[name] ?? "").trim();
    const place = {
      isRemote: false,
      // What `npm run dev` gives it, where nobody has set one.
      variables: { PUBLIC_URL: lastOrigin(where), MAIL_PROVIDER: "mailbox", ...variables },
      secretNames: [],
      file: call.envFiles.at(-1) ?? devVarsPath(where),
      roots: [root("AUTH_SECRET"), root("AUTH_SECRET_PREVIOUS")],
    } as const;
    if (!hasDatabase) {
      const applied = { unknown: `there is no local database in ${statePath(where)}`, mend: "npm run dev" };
      return use({ ...place, applied, ask: null });
    }
    const applied = await appliedMigrations(ask);
    return use({ ...place, applied, ask: applied.length === 0 ? null : ask });
  });
}

async function openRemote<T>(call: DoctorCall, use: (place: Place) => Promise<T>): Promise<T> {
  const { vars, database } = await readDeployment(call);
  const remote = cloudflare(call);
  const secretNames = await remote.secretNames();
  const exists =
    database.id !== undefined || (await remote.databases()).some(({ name }) => name === database.name);
  const { AUTH_SECRET = "", AUTH_SECRET_PREVIOUS = "" } = process.env;
  const roots = [AUTH_SECRET.trim(), AUTH_SECRET_PREVIOUS.trim()] as const;
  const place = { isRemote: true, variables: vars, secretNames, roots };
  if (!exists) {
    const applied = { unknown: `Cloudflare has no database ${database.name}`, mend: "npm run deploy" };
    return use({ ...place, applied, ask: null });
  }
  const applied = await appliedMigrations(remote.query);
  return use({ ...place, applied, ask: applied.length === 0 ? null : remote.query });
}
