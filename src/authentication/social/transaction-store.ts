import { and, eq, gt } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-from.ts";
import { oauthTransactions, sessions } from "../../db/schema.ts";
import { reauthenticationStillValid } from "../reauthentication/statements.ts";
import type { ConsumedOAuthTransaction, NewOAuthTransaction, ReauthenticationProof } from "./identity.ts";

type Return = {
  readonly stateHash: string;
  readonly provider: string;
  readonly bindingHash: string;
  readonly now: number;
};

export function oauthTransactionStore(db: Database) {
  return {
    /** Remembers who was sent to a provider to sign in. */
    async open(draft: NewOAuthTransaction): Promise<void> {
      await db.insert(oauthTransactions).values({ ...draft, sessionId: null });
    },

    /** Remembers an owner who was sent to a provider to link it, if the proof still holds. */
    async openForOwner(
      draft: NewOAuthTransaction,
      proof: ReauthenticationProof,
      now: number,
    ): Promise<"opened" | "reauthentication_expired"> {
      const [opened] = await insertFrom(
        db,
        oauthTransactions,
        { ...draft, sessionId: proof.sessionId },
        sessions,
        reauthenticationStillValid(db, proof, now),
      ).returning({ stateHash: oauthTransactions.stateHash });
      return opened ? "opened" : "reauthentication_expired";
    },

    /** Takes what a callback answers: of any number at once, one gets it, in the browser that started it. */
    async take({ stateHash, provider, bindingHash, now }: Return): Promise<ConsumedOAuthTransaction | null> {
      const [taken] = await db
        .delete(oauthTransactions)
        .where(
          and(
            eq(oauthTransactions.stateHash, stateHash),
            eq(oauthTransactions.provider, provider),
            eq(oauthTransactions.bindingHash, bindingHash),
            gt(oauthTransactions.expiresAt, now),
          ),
        )
        .returning({
          sessionId: oauthTransactions.sessionId,
          returnTo: oauthTransactions.returnTo,
          codeChallenge: oauthTransactions.codeChallenge,
          rootId: oauthTransactions.rootId,
          expiresAt: oauthTransactions.expiresAt,
        });
      return taken ?? null;
    },
  };
}
