import type { Database } from "../../db/database.ts";
import type { UsedAssertion } from "./client-assertion.ts";
import { useAssertion } from "./statements.ts";

export function clientAssertionStore(db: Database) {
  return {
    async use(assertion: UsedAssertion): Promise<boolean> {
      return (await useAssertion(db, assertion)).length > 0;
    },
  };
}
