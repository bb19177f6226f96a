import { and, eq, gt, sql } from "drizzle-orm";
import type { PendingSignIn } from "../identities/identity.ts";
import { ownerIsActive } from "./active-owner.ts";
import type { Database } from "./database.ts";
import { sessions, socialSignIns } from "./schema.ts";
import { stillGood } from "./sessions.ts";

type Opening = Omit<PendingSignIn, "sessionId"> & {
  readonly session: { readonly sessionId: string; readonly generation: number } | null;
  readonly stateHash: string;
  readonly provider: string;
  readonly bindingHash: string;
  readonly expiresAt: number;
  readonly now: number;
};

type Return = {
  readonly stateHash: string;
  readonly provider: string;
  readonly bindingHash: string;
  readonly now: number;
};

export function socialSignInStorage(db: Database) {
  return {
    /** Remembers who was sent to a provider, and what for. A session that has ended already links nothing. */
    async open({ session, now, ...row }: Opening): Promise<"sign_in" | "link"> {
      const live = db
        .select({ id: sessions.id })
        .from(sessions)
        .where(
          and(
            sql`${sessions.id} = ${session?.sessionId ?? null}`,
            sql`${sessions.generation} = ${session?.generation ?? null}`,
            stillGood(now),
            ownerIsActive(db, sessions.accountId),
          ),
        );
      const [opened] = await db
        .insert(socialSignIns)
        .values({ ...row, sessionId: sql`${live}` })
        .returning({ sessionId: socialSignIns.sessionId });
      return opened?.sessionId ? "link" : "sign_in";
    },

    /** Takes what a callback answers: of any number at once, one gets it, in the browser that started it. */
    async take({ stateHash, provider, bindingHash, now }: Return): Promise<PendingSignIn | null> {
      const [taken] = await db
        .delete(socialSignIns)
        .where(
          and(
            eq(socialSignIns.stateHash, stateHash),
            eq(socialSignIns.provider, provider),
            eq(socialSignIns.bindingHash, bindingHash),
            gt(socialSignIns.expiresAt, now),
          ),
        )
        .returning({
          sessionId: socialSignIns.sessionId,
          returnTo: socialSignIns.returnTo,
          codeChallenge: socialSignIns.codeChallenge,
          rootId: socialSignIns.rootId,
        });
      return taken ?? null;
    },
  };
}
