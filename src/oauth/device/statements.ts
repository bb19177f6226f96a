import { and, eq, gt, isNull, type SQL } from "drizzle-orm";
import { oauthDeviceRequests as requests } from "../../db/schema.ts";

/** Whether a request waits for its user. */
export const isPending = (now: number): SQL | undefined =>
  and(eq(requests.state, "pending"), gt(requests.expiresAt, now), isNull(requests.claim));
