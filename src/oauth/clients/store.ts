import type { Database } from "../../db/database.ts";
import type { ClientWithSecrets } from "./client.ts";
import { readSelectedClient, selectClient } from "./statements.ts";

export type ClientStore = ReturnType<typeof clientStore>;

export function clientStore(db: Database) {
  return {
    async find(clientId: string, now: number): Promise<ClientWithSecrets | null> {
      return readSelectedClient(await selectClient(db, clientId, now));
    },
  };
}
