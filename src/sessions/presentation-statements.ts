import { and, eq, lt, type SQL } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import { sessions } from "../db/schema.ts";
import { RETRY_WINDOW } from "./refresh-rules.ts";

type Presentation = { readonly sessionId: string; readonly generation: number };

/**
 * Records that the browser has presented its current refresh token for a code: the predecessor is then reuse, not the retry
 * of a lost answer (RFC 9700 §4.14.2). Within `RETRY_WINDOW` the response that brings the token may be this one.
 */
export const recordPresentation = (
  db: Database,
  { sessionId, generation }: Presentation,
  now: number,
  where: SQL | undefined,
) =>
  db
    .update(sessions)
    .set({ lastUsedAt: now })
    .where(
      and(
        eq(sessions.id, sessionId),
        eq(sessions.generation, generation),
        lt(sessions.rotatedAt, now - RETRY_WINDOW),
        where,
      ),
    );
