import type { Database } from "../../db/database.ts";
import { oauthPushedRequests } from "../../db/schema.ts";

export type NewPushedRequest = typeof oauthPushedRequests.$inferInsert;

export type PushedRequestStore = ReturnType<typeof pushedRequestStore>;

export const pushedRequestStore = (db: Database) => ({
  async create(request: NewPushedRequest): Promise<void> {
    await db.insert(oauthPushedRequests).values(request);
  },
});
