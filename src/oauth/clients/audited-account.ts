import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";

/** RFC 9562 §5.9. The account of an event that an operator caused and that is about no user. */
export const NIL_ACCOUNT = "00000000-0000-0000-0000-000000000000";

/** The account that an event about a client is stored for: the one that acted. Only superusers see the event. */
export const auditedAccount = ({ actorId }: Pick<NewAuditEvent, "actorId">): string => actorId ?? NIL_ACCOUNT;
