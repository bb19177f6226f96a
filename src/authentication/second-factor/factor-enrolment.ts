import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import type { Amr } from "../amr.ts";
import type { FactorKind } from "./factor.ts";

/** A factor to store, with its conditions and effects. */
export type FactorEnrolment = {
  readonly session: CurrentSession;
  readonly factor: {
    readonly id: string;
    readonly kind: FactorKind;
    readonly label?: string | null;
    readonly secret?: string;
    readonly lastStep?: number;
  };
  /** Factors of this kind that an account may have. */
  readonly max: number;
  /** What the enrolment has proved, for a session that was restricted to it. */
  readonly proves: readonly Amr[];
  readonly notice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

export type EnrolmentOutcome =
  /** `isFirst`: it is the first second factor of the account. */
  | { readonly kind: "enrolled"; readonly isFirst: boolean }
  | { readonly kind: "used_already" | "too_many_factors" | "reauthentication_required" };

/** Stores factors. The store of the factors implements it. */
export type FactorEnroller = { enrol(enrolment: FactorEnrolment): Promise<EnrolmentOutcome> };
