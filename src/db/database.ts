import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import { type AuditObserver, observeAuditEvents } from "./audit-observer.ts";
import { type Meter, meterD1 } from "./metered-d1.ts";

export type Database = DrizzleD1Database;

/** Opens D1 with metering. `onAuditEvent` is called for each audit event that a batch wrote. */
export function openDatabase(d1: D1Database, meter: Meter, onAuditEvent?: AuditObserver): Database {
  const db = drizzle(meterD1(d1, meter));
  return onAuditEvent ? observeAuditEvents(db, onAuditEvent) : db;
}
