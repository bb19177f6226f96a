import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import { type Meter, meterD1 } from "./metered-d1.ts";

export type Database = DrizzleD1Database;

/** `onEvent`: told of each audit event that was written, by its type. */
export const openDatabase = (
  d1: D1Database,
  meter: Meter,
  onEvent: (type: string) => void = () => undefined,
): Database => drizzle(meterD1(d1, meter, onEvent));
