import type { Database } from "../../db/database.ts";
import { webauthnChallenges } from "../../db/schema.ts";

type Challenge = Omit<typeof webauthnChallenges.$inferSelect, "claim">;
type Subject = Pick<Challenge, "purpose" | "accountId" | "subjectId">;

export type PasskeyStore = ReturnType<typeof passkeyStore>;

export const passkeyStore = (db: Database) => ({
  async createChallenge(challenge: Omit<Challenge, keyof Subject>, subject: Subject): Promise<void> {
    await db.insert(webauthnChallenges).values({ ...challenge, ...subject, claim: null });
  },
});
