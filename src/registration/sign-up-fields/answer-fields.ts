import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type AnswersOfAccount, answersOf, type SignUpFieldSettings } from "./read-answers.ts";
import { checkAnswers } from "./rules.ts";
import type { AnswerProblem, SignUpField } from "./sign-up-field.ts";
import type { SignUpAnswerStore } from "./store.ts";

export type AnswerFieldsDeps = {
  readonly clock: Clock;
  readonly signUpAnswers: Pick<SignUpAnswerStore, "save">;
  readonly settings: SignUpFieldSettings;
};

type AnswerFieldsInput = {
  readonly accountId: string;
  /** The fields that are asked for. */
  readonly fields: readonly SignUpField[];
  readonly given: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
};

export type AnswersRefused = {
  readonly reason: "answers_refused";
  readonly problems: readonly AnswerProblem[];
};

/** Stores answers of a user who has an account already. */
export async function answerFields(
  deps: AnswerFieldsDeps,
  { accountId, fields, given, caller }: AnswerFieldsInput,
): Promise<Result<AnswersOfAccount, AnswersRefused>> {
  const checked = checkAnswers(fields, given);
  if (!checked.ok) return err({ reason: "answers_refused", problems: checked.error });
  const answers = checked.value;
  const details = { fields: answers.map(({ field }) => field).join(" ") };
  const audit = newAuditEvent(deps, { type: "sign_up_fields_answered", details }, caller, accountId);
  const stored = await deps.signUpAnswers.save({ accountId, answers, audit });
  return ok(answersOf(deps.settings.signUpFields, stored));
}
