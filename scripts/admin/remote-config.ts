import type { Unstable_Config } from "wrangler";
import { Complaint } from "../dev/usage-error.ts";

type Deployed = Pick<
  Unstable_Config,
  "name" | "account_id" | "compliance_region" | "compatibility_date" | "d1_databases" | "kv_namespaces"
>;

/**
 * The configuration of a Worker that has the deployed database and KV, and nothing else of this one: what
 * wrangler is not given, it cannot touch.
 */
export function remoteConfig(config: Deployed) {
  const d1 = config.d1_databases.find(({ binding }) => binding === "DB");
  const kv = config.kv_namespaces.find(({ binding }) => binding === "KV");
  const missing = [...(d1?.database_id ? [] : ["database_id of DB"]), ...(kv?.id ? [] : ["id of KV"])];
  if (!d1 || !kv || missing.length > 0) {
    throw new Complaint(
      `The configuration has no ${missing.join(" and no ")}, so it is not known where they are deployed. ` +
        "`npx wrangler deploy` writes both; `npx wrangler d1 list` and `npx wrangler kv namespace list` show them.",
    );
  }
  return {
    name: config.name,
    account_id: config.account_id,
    compliance_region: config.compliance_region,
    compatibility_date: config.compatibility_date,
    d1_databases: [
      { binding: "DB", database_name: d1.database_name, database_id: d1.database_id, remote: true },
    ],
    kv_namespaces: [{ binding: "KV", id: kv.id, remote: true }],
  };
}
