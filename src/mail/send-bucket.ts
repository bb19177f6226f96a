import { HOUR } from "../kernel/clock.ts";

/** Which hour's count a mail sent at that instant belongs to. Buckets sort as their hours do. */
export const sendBucket = (now: number): string => `email/${Math.floor(now / HOUR)}`;
