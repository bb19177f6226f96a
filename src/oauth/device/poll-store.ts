import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { SECOND } from "../../core/clock.ts";
import type { Database } from "../../db/database.ts";
import { oauthDeviceRequests as requests } from "../../db/schema.ts";
import type { UsedAssertion } from "../client-authentication/client-assertion.ts";
import { assertionIsUnused, runBatchOnce } from "../client-authentication/statements.ts";
import type { NewFamily } from "../token/new-family.ts";
import { authorizerIsLive, openFamily, readFamily, selectFamily } from "../token/statements.ts";
import { SLOW_DOWN } from "./device-request.ts";
import type { PolledRequest } from "./poll-rules.ts";
import { isPending } from "./statements.ts";

type Poll = {
  readonly deviceCodeHash: string;
  /** The family that the poll opens if the request is approved. */
  readonly family: NewFamily;
  readonly audit: NewAuditEvent;
  readonly own: string;
  /** Otherwise the poll of an approved request is pending. */
  readonly mayOpen: boolean;
  readonly assertion: UsedAssertion | null;
};

/** A poll that the network has brought a little early is not too soon. */
const POLL_TOLERANCE_MS = SECOND;

type PollOutcome = {
  /** Null: no tokens. */
  readonly opened: ReturnType<typeof readFamily>;
  /** The request before this poll. Null: the client has none with that code. */
  readonly request: PolledRequest | null;
};

export type DevicePollStore = ReturnType<typeof devicePollStore>;

export function devicePollStore(db: Database) {
  return {
    /**
     * Counts a poll of a pending request, and opens the family of an approved one. Of concurrent polls one sets the claim,
     * and of several pending ones within the interval each but the first raises it. Null: the client's assertion was used
     * before.
     */
    async poll({ family, mayOpen, assertion, ...poll }: Poll): Promise<PollOutcome | null> {
      const { deviceCodeHash, audit, own } = poll;
      const now = family.createdAt;
      const isPolled = and(
        eq(requests.deviceCodeHash, deviceCodeHash),
        eq(requests.clientId, family.clientId),
      );
      const isTooSoon = sql`coalesce(${requests.lastPolledAt} + ${requests.interval} * ${SECOND} - ${POLL_TOLERANCE_MS}, 0) > ${now}`;
      const isUnused = assertionIsUnused(db, assertion);
      const results = await runBatchOnce(db, assertion, {
        found: db
          .select({
            state: requests.state,
            claim: requests.claim,
            expiresAt: requests.expiresAt,
            interval: requests.interval,
          })
          .from(requests)
          .where(isPolled),
        polled: db
          .update(requests)
          .set({
            interval: sql`CASE WHEN ${isTooSoon} THEN ${requests.interval} + ${SLOW_DOWN} ELSE ${requests.interval} END`,
            lastPolledAt: now,
          })
          .where(and(isPolled, isPending(now), isUnused))
          .returning({ interval: requests.interval }),
        claimed: [
          db
            .update(requests)
            .set({ claim: family.claim })
            .where(
              and(
                isPolled,
                mayOpen ? undefined : sql`false`,
                eq(requests.state, "approved"),
                isNull(requests.claim),
                gt(requests.expiresAt, now),
                authorizerIsLive(db, requests, own, now),
                isUnused,
              ),
            ),
        ],
        ...openFamily(db, requests, {
          isAuthorization: eq(requests.deviceCodeHash, deviceCodeHash),
          family,
          audit,
        }),
        opened: selectFamily(db, family.id),
      });
      if (results === null) return null;
      const [[request], [counted]] = [results.found, results.polled];
      if (!request) return { opened: null, request: null };
      const { state, claim, expiresAt, interval } = request;
      const slowedDownTo = counted && counted.interval > interval ? counted.interval : null;
      return {
        opened: readFamily(results.opened),
        request: {
          state: mayOpen || state === "denied" ? state : "pending",
          isUsed: claim !== null,
          expiresAt,
          slowedDownTo,
        },
      };
    },
  };
}
