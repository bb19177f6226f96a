import { and, eq, gt } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { oauthTransactions, sessions } from "../../db/schema.ts";
import type { ReauthenticationProof } from "../reauthentication/proof.ts";
import { reauthenticationStillValid } from "../reauthentication/statements.ts";
import type { ConsumedOAuthTransaction, NewOAuthTransaction } from "./oauth-transaction.ts";

type CallbackKey = {
  readonly stateHash: string;
  readonly provider: string;
  readonly bindingHash: string;
  readonly now: number;
};

export type OAuthTransactionStore = ReturnType<typeof oauthTransactionStore>;

export function oauthTransactionStore(db: Database) {
  return {
    /** Stores the transaction of a sign-in. */
    async create(newTransaction: NewOAuthTransaction): Promise<void> {
      await db.insert(oauthTransactions).values({ ...newTransaction, sessionId: null });
    },

    /** Stores the transaction that links an identity, if the reauthentication still holds. */
    async createForLink(
      newTransaction: NewOAuthTransaction,
      proof: ReauthenticationProof,
      now: number,
    ): Promise<"created" | "reauthentication_expired"> {
      const [created] = await insertFrom(
        db,
        oauthTransactions,
        { ...newTransaction, sessionId: proof.sessionId },
        sessions,
        reauthenticationStillValid(db, proof, now),
      ).returning({ stateHash: oauthTransactions.stateHash });
      return created ? "created" : "reauthentication_expired";
    },

    /** Deletes the transaction that a callback belongs to. One of concurrent callbacks gets it, in the browser that started it. */
    async consume({
      stateHash,
      provider,
      bindingHash,
      now,
    }: CallbackKey): Promise<ConsumedOAuthTransaction | null> {
      const [consumed] = await db
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
          rootId: oauthTransactions.rootId,
          expiresAt: oauthTransactions.expiresAt,
        });
      return consumed ?? null;
    },
  };
}
