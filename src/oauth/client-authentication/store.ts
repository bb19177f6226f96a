import type { Database } from "../../db/database.ts";
import { oauthClientAssertions } from "../../db/schema.ts";
import type { UsedAssertion } from "./client-assertion.ts";

export function clientAssertionStore(db: Database) {
  return {
    /** RFC 7523 §3: of concurrent uses of one assertion, one inserts the row. */
    async use(assertion: UsedAssertion): Promise<boolean> {
      const used = await db
        .insert(oauthClientAssertions)
        .values(assertion)
        .onConflictDoNothing()
        .returning({ clientId: oauthClientAssertions.clientId });
      return used.length > 0;
    },
  };
}
