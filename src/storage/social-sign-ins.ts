import { and, eq, gt } from "drizzle-orm";
import type { OwnerProof, RoundDraft, TakenRound } from "../identities/identity.ts";
import type { Database } from "./database.ts";
import { insertFrom } from "./insert-from.ts";
import { isOwnersSession } from "./owner-proof.ts";
import { sessions, socialSignIns } from "./schema.ts";

type Return = {
  readonly stateHash: string;
  readonly provider: string;
  readonly bindingHash: string;
  readonly now: number;
};

export function socialSignInStorage(db: Database) {
  return {
    /** Remembers who was sent to a provider to sign in. */
    async open(draft: RoundDraft): Promise<void> {
      await db.insert(socialSignIns).values({ ...draft, sessionId: null });
    },

    /** Remembers an owner who was sent to a provider to link it, if the proof still holds. */
    async openForOwner(draft: RoundDraft, proof: OwnerProof, now: number): Promise<"opened" | "proof_dead"> {
      const [opened] = await insertFrom(
        db,
        socialSignIns,
        { ...draft, sessionId: proof.sessionId },
        sessions,
        isOwnersSession(db, proof, now),
      ).returning({ stateHash: socialSignIns.stateHash });
      return opened ? "opened" : "proof_dead";
    },

    /** Takes what a callback answers: of any number at once, one gets it, in the browser that started it. */
    async take({ stateHash, provider, bindingHash, now }: Return): Promise<TakenRound | null> {
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
          expiresAt: socialSignIns.expiresAt,
        });
      return taken ?? null;
    },
  };
}
