import { and, eq, gt, isNull } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { oauthTransactions, sessions } from "../../db/schema.ts";
import type { ReauthenticationProof } from "../reauthentication/proof.ts";
import { reauthenticationStillValid } from "../reauthentication/statements.ts";
import type { ConsumedOAuthTransaction, NewOAuthTransaction } from "./oauth-transaction.ts";

/** `stateHash`: of a redirect. `responseHash`: of the handle of a posted response. */
type CallbackKey = ({ readonly stateHash: string } | { readonly responseHash: string }) & {
  readonly provider: string;
  readonly bindingHash: string;
  readonly now: number;
};

/** An authorization response that the provider has posted. */
export type PostedResponse = {
  readonly stateHash: string;
  readonly provider: string;
  readonly responseHash: string;
  readonly sealedResponse: string;
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
        { ...newTransaction, sessionId: proof.sessionId, responseHash: null, sealedResponse: null },
        sessions,
        reauthenticationStillValid(db, proof, now),
      ).returning({ stateHash: oauthTransactions.stateHash });
      return created ? "created" : "reauthentication_expired";
    },

    /** Deletes the transaction that a callback belongs to. One of concurrent callbacks gets it, in the browser that started it. */
    async consume({
      provider,
      bindingHash,
      now,
      ...key
    }: CallbackKey): Promise<ConsumedOAuthTransaction | null> {
      const [consumed] = await db
        .delete(oauthTransactions)
        .where(
          and(
            "stateHash" in key
              ? and(eq(oauthTransactions.stateHash, key.stateHash), isNull(oauthTransactions.responseHash))
              : eq(oauthTransactions.responseHash, key.responseHash),
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
          sealedResponse: oauthTransactions.sealedResponse,
        });
      return consumed ?? null;
    },

    /** Stores the response of a transaction that has none yet. The first of concurrent responses stays. */
    async storeResponse({
      stateHash,
      provider,
      now,
      ...response
    }: PostedResponse): Promise<"stored" | "not_found"> {
      const [stored] = await db
        .update(oauthTransactions)
        .set(response)
        .where(
          and(
            eq(oauthTransactions.stateHash, stateHash),
            eq(oauthTransactions.provider, provider),
            gt(oauthTransactions.expiresAt, now),
            isNull(oauthTransactions.responseHash),
          ),
        )
        .returning({ stateHash: oauthTransactions.stateHash });
      return stored ? "stored" : "not_found";
    },
  };
}
