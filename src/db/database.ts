import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import { type AuditObserver, type Meter, meterD1 } from "./metered-d1.ts";

export type Database = DrizzleD1Database;

const NO_OBSERVER: AuditObserver = { types: [], onEvent: () => undefined };

/** Opens D1 with metering. `audit.onEvent` is called for each audit event that a batch wrote. */
export const openDatabase = (d1: D1Database, meter: Meter, audit: AuditObserver = NO_OBSERVER): Database =>
  drizzle(meterD1(d1, meter, audit));
