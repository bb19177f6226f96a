import { and, eq, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { runBatch } from "../../db/run-batch.ts";
import { oneTimeCodes, sessions } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import {
  AFTER_PASSWORD_LIMITS,
  isInOutbox,
  queueMessage,
  type SendCaps,
  TEXT_AFTER_PASSWORD_LIMITS,
} from "../../messaging/outbox/statements.ts";
import {
  readLockout,
  releaseAttempt,
  reservationOf,
  reserveAttempt,
} from "../lockout/attempt-counter-statements.ts";
import type { Reservation } from "../lockout/rules.ts";
import type { NewOneTimeCodeChallenge } from "../one-time-codes/one-time-code.ts";
import { oneTimeCodeRow, voidOneTimeCodes } from "../one-time-codes/statements.ts";
import type { ReauthenticationProof, SessionChange } from "./proof.ts";
import { type AccountFacts, changedColumns, reauthenticationStillValid, selectFacts } from "./statements.ts";

type NewReauthenticationChallenge = {
  readonly proof: ReauthenticationProof;
  readonly accountId: string;
  readonly challenge: NewOneTimeCodeChallenge;
  /** The message that carries the code. Null if nothing is sent. */
  readonly mail: NewMessage | null;
  readonly now: number;
};

export type ReauthenticationStore = ReturnType<typeof reauthenticationStore>;

export const reauthenticationStore = (db: Database, caps: SendCaps) => ({
  /** What the account can reauthenticate with. Null: no account. */
  async readFacts(accountId: string): Promise<AccountFacts | null> {
    const [row] = await selectFacts(db, accountId);
    return row ?? null;
  },

  /** Counts an attempt to reauthenticate by password, and reads the stored hash and what else the account can use. */
  async begin(
    accountId: string,
    lockoutKey: string,
    now: number,
  ): Promise<{ readonly reservation: Reservation; readonly facts: AccountFacts | null }> {
    const { reserved, lockout, facts } = await runBatch(db, {
      reserved: reserveAttempt(db, { key: lockoutKey, accountId, now }),
      lockout: readLockout(db, lockoutKey),
      facts: selectFacts(db, accountId),
    });
    return { reservation: reservationOf(reserved, lockout, now), facts: facts[0] ?? null };
  },

  /** Releases the attempt of a correct password. */
  async release(lockoutKey: string): Promise<void> {
    await releaseAttempt(db, lockoutKey);
  },

  /** Records the reauthentication in its session, if it still holds. */
  async record(
    proof: ReauthenticationProof,
    change: SessionChange,
    now: number,
  ): Promise<"recorded" | "changed_meanwhile"> {
    const recorded = await db
      .update(sessions)
      .set(changedColumns(change))
      .where(reauthenticationStillValid(db, proof, now))
      .returning({ id: sessions.id });
    return recorded.length > 0 ? "recorded" : "changed_meanwhile";
  },

  /**
   * Opens a challenge and sends its code, if it has one, provided that its first factor still holds. Voids the earlier
   * challenge.
   */
  async startChallenge({
    proof,
    accountId,
    challenge,
    mail,
    now,
  }: NewReauthenticationChallenge): Promise<"created" | "send_cap" | "changed_meanwhile"> {
    const isValid = reauthenticationStillValid(db, proof, now);
    const isSent = and(isValid, mail === null ? undefined : isInOutbox(db, mail));
    const mayOpen = db.select({ one: sql`1` }).from(sessions).where(isSent);
    const { valid, created } = await runBatch(db, {
      valid: db.select({ id: sessions.id }).from(sessions).where(isValid),
      mail:
        mail === null
          ? []
          : queueMessage(db, {
              message: mail,
              accountId,
              now,
              limits: mail.channel === "sms" ? TEXT_AFTER_PASSWORD_LIMITS : AFTER_PASSWORD_LIMITS,
              caps,
              source: sessions,
              where: isValid,
            }),
      earlier: voidOneTimeCodes(
        db,
        sql`${oneTimeCodes.accountId} = ${accountId} AND ${oneTimeCodes.purpose} = ${challenge.purpose} AND EXISTS ${mayOpen}`,
      ),
      code: insertFrom(db, oneTimeCodes, oneTimeCodeRow(challenge, accountId), sessions, isSent),
      created: db.select({ id: oneTimeCodes.id }).from(oneTimeCodes).where(eq(oneTimeCodes.id, challenge.id)),
    });
    if (created.length > 0) return "created";
    return valid.length > 0 ? "send_cap" : "changed_meanwhile";
  },
});
