import { missingFields } from "./rules.ts";
import type { SignUpField, StoredAnswer } from "./sign-up-field.ts";
import type { SignUpAnswerStore } from "./store.ts";

export type SignUpFieldSettings = { readonly signUpFields: readonly SignUpField[] };

export type ReadAnswersDeps = {
  readonly signUpAnswers: Pick<SignUpAnswerStore, "list">;
  readonly settings: SignUpFieldSettings;
};

export type AnswersOfAccount = {
  readonly answers: readonly StoredAnswer[];
  /** Required fields that have to be answered, again if their version is a new one. */
  readonly missing: readonly SignUpField[];
};

/** What an account has answered in the configured fields. Without such fields it reads nothing. */
export async function readAnswers(deps: ReadAnswersDeps, accountId: string): Promise<AnswersOfAccount> {
  const { signUpFields } = deps.settings;
  return signUpFields.length === 0
    ? { answers: [], missing: [] }
    : answersOf(signUpFields, await deps.signUpAnswers.list(accountId));
}

/** Answers to fields that are not configured any more are left out. */
export const answersOf = (
  fields: readonly SignUpField[],
  stored: readonly StoredAnswer[],
): AnswersOfAccount => ({
  answers: stored.filter(({ field }) => fields.some(({ name }) => name === field)),
  missing: missingFields(fields, stored),
});

/** Whether the pages ask for missing answers after each sign-in. */
export const asksForAnswers = ({ signUpFields }: SignUpFieldSettings): boolean =>
  signUpFields.some(({ isRequired }) => isRequired);
