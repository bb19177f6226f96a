import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";

/** A wrong password or code, or an attempt that the lockout refused. */
export type FailedSignIn = {
  readonly emailKey: string;
  readonly targetId: string;
  readonly failure: NewAuditEvent;
};

/** The port of the use cases that count failed sign-ins in the audit log. */
export type FailedSignInLog = { recordFailure(failed: FailedSignIn): Promise<void> };
