import { and, asc, eq, lte, notExists } from "drizzle-orm";
import { emailCodeRow, type NewEmailCodeChallenge } from "../authentication/email-code/statements.ts";
import type { Database } from "../db/database.ts";
import { insertIf } from "../db/insert-select.ts";
import { runBatch } from "../db/run-batch.ts";
import { accounts, emailSignInCodes, queuedRequests } from "../db/schema.ts";
import type { ClientLimit } from "../rate-limit/client-limits.ts";
import {
  clientRetryAt,
  countClientRequest,
  readClientCounters,
  withinClientLimits,
} from "../rate-limit/statements.ts";
import type { NewQueuedRequest } from "./queued-request.ts";
import { deleteQueuedRequest } from "./statements.ts";

type QueueInput = {
  readonly request: NewQueuedRequest;
  /** The username that a registration asks for, which no account may have reserved. */
  readonly usernameKey: string | null;
  /** The challenge of a sign-in by email code, which the same batch stores. */
  readonly challenge: NewEmailCodeChallenge | null;
  readonly limits: readonly ClientLimit[];
};

type QueueOutcome =
  | { readonly kind: "queued" | "username_taken" }
  /** `retryAt`: an instant. */
  | { readonly kind: "rate_limited"; readonly retryAt: number };

export type QueuedRequestStore = ReturnType<typeof queuedRequestStore>;

export function queuedRequestStore(db: Database) {
  return {
    /** Counts the request of the client and stores it, unless the client is over its limit or the username is taken. */
    async add({ request, usernameKey, challenge, limits }: QueueInput): Promise<QueueOutcome> {
      // No account has an empty username.
      const namesake = db
        .select({ id: accounts.id })
        .from(accounts)
        .where(eq(accounts.usernameKey, usernameKey ?? ""));
      const { queued, counters } = await runBatch(db, {
        counts: countClientRequest(db, limits, request.createdAt),
        queued: insertIf(
          db,
          queuedRequests,
          request,
          and(withinClientLimits(limits), notExists(namesake)),
        ).returning({ id: queuedRequests.id }),
        challenge: challenge
          ? [
              insertIf(
                db,
                emailSignInCodes,
                emailCodeRow(challenge, request.createdAt),
                withinClientLimits(limits),
              ),
            ]
          : [],
        counters: readClientCounters(db, limits),
      });
      const retryAt = clientRetryAt(counters, limits);
      if (retryAt !== null) return { kind: "rate_limited", retryAt };
      return { kind: queued.length > 0 ? "queued" : "username_taken" };
    },

    /** Requests that were not processed after their response, oldest first. */
    async listQueued(now: number, limit: number): Promise<{ id: string; sealed: string }[]> {
      return db
        .select({ id: queuedRequests.id, sealed: queuedRequests.sealed })
        .from(queuedRequests)
        .where(lte(queuedRequests.createdAt, now))
        .orderBy(asc(queuedRequests.createdAt))
        .limit(limit);
    },

    async delete(id: string): Promise<void> {
      await deleteQueuedRequest(db, id);
    },
  };
}
