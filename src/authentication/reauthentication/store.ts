import { and, eq, exists, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, factors, oneTimeCodes, sessions } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import {
  AFTER_PASSWORD_LIMITS,
  isInOutbox,
  queueMessage,
  type SendCaps,
} from "../../messaging/outbox/statements.ts";
import {
  readLockout,
  releaseAttempt,
  reservationOf,
  reserveAttempt,
} from "../lockout/attempt-counter-statements.ts";
import type { Reservation } from "../lockout/rules.ts";
import type { NewOneTimeCodeChallenge } from "../one-time-codes/one-time-code.ts";
import {
  type CodeAttempt,
  codeWasCorrect,
  consumeAttempt,
  countWrongCode,
  oneTimeCodeRow,
  voidOneTimeCodes,
} from "../one-time-codes/statements.ts";
import type { ReauthenticationProof } from "./proof.ts";
import { reauthenticationStillValid } from "./statements.ts";

type NewReauthenticationChallenge = {
  readonly proof: ReauthenticationProof;
  readonly accountId: string;
  readonly challenge: NewOneTimeCodeChallenge;
  readonly mail: NewMessage;
  readonly now: number;
};

type CodeVerification = Omit<CodeAttempt, "purpose"> & {
  readonly accountId: string;
  readonly sessionId: string;
  /** The lockout counter of the caller. */
  readonly lockoutKey: string;
};

export type ReauthenticationStore = ReturnType<typeof reauthenticationStore>;

export const reauthenticationStore = (db: Database, caps: SendCaps) => ({
  /** Counts an attempt to reauthenticate by password and reads the stored hash. */
  async begin(
    accountId: string,
    lockoutKey: string,
    now: number,
  ): Promise<{ reservation: Reservation; passwordHash: string | null; secondFactor: boolean }> {
    const { reserved, lockout, hashes, enabled } = await runBatch(db, {
      reserved: reserveAttempt(db, { key: lockoutKey, accountId, now }),
      lockout: readLockout(db, lockoutKey),
      hashes: db
        .select({ passwordHash: accounts.passwordHash })
        .from(accounts)
        .where(eq(accounts.id, accountId)),
      enabled: db.select({ id: factors.id }).from(factors).where(eq(factors.accountId, accountId)).limit(1),
    });
    return {
      reservation: reservationOf(reserved, lockout, now),
      passwordHash: hashes[0]?.passwordHash ?? null,
      secondFactor: enabled.length > 0,
    };
  },

  /** Releases the attempt of a correct password. */
  async release(lockoutKey: string): Promise<void> {
    await releaseAttempt(db, lockoutKey);
  },

  /** Records the reauthentication in its session, if it still holds. */
  async record(proof: ReauthenticationProof, now: number): Promise<"recorded" | "changed_meanwhile"> {
    const recorded = await db
      .update(sessions)
      .set({ reauthenticatedAt: proof.at })
      .where(reauthenticationStillValid(db, proof, now))
      .returning({ id: sessions.id });
    return recorded.length > 0 ? "recorded" : "changed_meanwhile";
  },

  /** Mails a code for a reauthentication, if its first factor still holds, and voids the earlier code. */
  async startChallenge({
    proof,
    accountId,
    challenge,
    mail,
    now,
  }: NewReauthenticationChallenge): Promise<"created" | "send_cap" | "changed_meanwhile"> {
    const isValid = reauthenticationStillValid(db, proof, now);
    const isSent = isInOutbox(db, mail);
    const { valid, created } = await runBatch(db, {
      valid: db.select({ id: sessions.id }).from(sessions).where(isValid),
      mail: queueMessage(db, {
        message: mail,
        accountId,
        now,
        limits: AFTER_PASSWORD_LIMITS,
        caps,
        source: sessions,
        where: isValid,
      }),
      earlier: voidOneTimeCodes(
        db,
        sql`${oneTimeCodes.accountId} = ${accountId} AND ${oneTimeCodes.purpose} = ${challenge.purpose} AND ${isSent}`,
      ),
      code: insertFrom(
        db,
        oneTimeCodes,
        oneTimeCodeRow(challenge, accountId),
        sessions,
        and(eq(sessions.id, proof.sessionId), isSent),
      ),
      created: db.select({ id: oneTimeCodes.id }).from(oneTimeCodes).where(eq(oneTimeCodes.id, challenge.id)),
    });
    if (created.length > 0) return "created";
    return valid.length > 0 ? "send_cap" : "changed_meanwhile";
  },

  /** Counts the answer, compares it and records the reauthentication if it is correct, in one batch. */
  async verifyCode(
    verification: CodeVerification,
  ): Promise<{ kind: "recorded" | "refused" } | { kind: "locked"; until: number }> {
    const { accountId, sessionId, lockoutKey, now } = verification;
    const answer: CodeAttempt = { ...verification, purpose: "reauthentication" };
    const correct = exists(db.select({ one: sql`1` }).from(oneTimeCodes).where(codeWasCorrect(answer)));
    const proof = { sessionId, generation: null, at: now };
    const { recorded, lockout } = await runBatch(db, {
      attempt: consumeAttempt(db, answer, eq(oneTimeCodes.accountId, accountId)),
      recorded: db
        .update(sessions)
        .set({ reauthenticatedAt: now })
        .where(and(reauthenticationStillValid(db, proof, now), correct))
        .returning({ id: sessions.id }),
      wrongAnswer: countWrongCode(db, answer),
      lockout: readLockout(db, lockoutKey),
    });
    if (recorded.length > 0) return { kind: "recorded" };
    const until = lockout[0]?.lockedUntil ?? 0;
    return until > now ? { kind: "locked", until } : { kind: "refused" };
  },
});
