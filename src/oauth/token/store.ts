import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { Account } from "../../accounts/account.ts";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Database } from "../../db/database.ts";
import { oauthAuthorizationCodes as codes, sessions } from "../../db/schema.ts";
import {
  type Rotation,
  type RotationOutcome,
  readRotation,
  rotationStatements,
} from "../../sessions/rotation-statements.ts";
import type { UsedAssertion } from "../client-authentication/client-assertion.ts";
import { assertionIsUnused, runBatchOnce } from "../client-authentication/statements.ts";
import type { Family } from "./issue-client-tokens.ts";
import type { NewFamily } from "./new-family.ts";
import {
  authorizerIsLive,
  familyIsOpened,
  openFamily,
  readFamily,
  recordClientUse,
  selectFamily,
} from "./statements.ts";

/** What a token request presents of an authorization code. The code is issued to exactly this. */
export type PresentedCode = {
  readonly codeHash: string;
  readonly clientId: string;
  /** The S256 challenge of the presented verifier. */
  readonly codeChallenge: string;
  /** Undefined: the request names none, which OAuth 2.1 §4.1.3 allows. */
  readonly redirectUri: string | undefined;
  readonly resource: string | undefined;
};

export type CodeRedemption = {
  readonly code: PresentedCode;
  readonly family: NewFamily;
  readonly audit: NewAuditEvent;
  readonly assertion: UsedAssertion | null;
  /** Otherwise the code is only looked up, so that its reuse is noticed. */
  readonly mayOpen: boolean;
  /** The audience of this service, which the browser session must be for. */
  readonly ownAudience: string;
};

export type RedeemedCode =
  | {
      readonly kind: "opened";
      readonly family: Family;
      readonly account: Account;
      readonly scopes: readonly string[];
      readonly nonce: string | null;
    }
  /** The code was used before. `opened`: the family of its first use, if that has not ended. */
  | {
      readonly kind: "used";
      readonly opened: { readonly sessionId: string; readonly accountId: string } | null;
    }
  | { readonly kind: "other_resource" | "invalid" | "assertion_used" };

export type ClientTokenStore = ReturnType<typeof clientTokenStore>;

export function clientTokenStore(db: Database) {
  return {
    /**
     * RFC 6749 §4.1.2: of concurrent redemptions of a code, one UPDATE sets the claim, and the same batch opens the family
     * of that claim. A wrong verifier or client changes nothing.
     */
    async redeemCode(redemption: CodeRedemption): Promise<RedeemedCode> {
      const { code, family, audit, assertion, ownAudience, mayOpen } = redemption;
      const now = family.createdAt;
      const isPresented = and(
        eq(codes.codeHash, code.codeHash),
        eq(codes.clientId, code.clientId),
        eq(codes.codeChallenge, code.codeChallenge),
      );
      const results = await runBatchOnce(db, assertion, {
        claimed: [
          db
            .update(codes)
            .set({ claim: family.claim })
            .where(
              and(
                isPresented,
                mayOpen ? undefined : sql`FALSE`,
                isNull(codes.claim),
                gt(codes.expiresAt, now),
                code.redirectUri === undefined ? undefined : eq(codes.redirectUri, code.redirectUri),
                code.resource === undefined ? undefined : eq(codes.resource, code.resource),
                authorizerIsLive(db, codes, ownAudience, now),
                assertionIsUnused(db, assertion),
              ),
            ),
        ],
        ...openFamily(db, codes, { isAuthorization: eq(codes.codeHash, code.codeHash), family, audit }),
        // An invalid code is no use of the client, which would never be deleted as unused.
        client: [recordClientUse(db, code.clientId, now, familyIsOpened(db, family.id))],
        found: db
          .select({ claim: codes.claim, nonce: codes.nonce, resource: codes.resource })
          .from(codes)
          .where(isPresented),
        opened: selectFamily(db, family.id),
        first: db
          .select({ sessionId: sessions.id, accountId: sessions.accountId })
          .from(codes)
          .innerJoin(sessions, eq(sessions.codeClaim, codes.claim))
          .where(and(isPresented, isNull(sessions.revokedAt))),
      });
      if (results === null) return { kind: "assertion_used" };
      const { found, opened, first } = results;
      const [row] = found;
      if (!row) return { kind: "invalid" };
      const tokens = readFamily(opened);
      if (tokens) return { kind: "opened", ...tokens, nonce: row.nonce };
      if (row.claim !== null) return { kind: "used", opened: first[0] ?? null };
      const isOtherResource = code.resource !== undefined && code.resource !== row.resource;
      return { kind: isOtherResource ? "other_resource" : "invalid" };
    },

    /** The batch of a refresh (`rotationStatements`), which also records the use of the client. */
    async rotate(
      rotation: Rotation,
      clientId: string,
      assertion: UsedAssertion | null,
    ): Promise<RotationOutcome | "assertion_used" | null> {
      const isUnused = assertionIsUnused(db, assertion);
      const results = await runBatchOnce(db, assertion, {
        ...rotationStatements(db, rotation, isUnused),
        client: [recordClientUse(db, clientId, rotation.now, isUnused)],
      });
      return results === null ? "assertion_used" : readRotation(results);
    },

    /** Records that a client got a token for itself. */
    async recordUse(clientId: string, now: number): Promise<void> {
      await recordClientUse(db, clientId, now);
    },
  };
}
