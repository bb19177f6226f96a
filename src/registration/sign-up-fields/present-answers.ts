import * as z from "zod/mini";
import type { FieldProblem } from "../../core/error-codes.ts";
import { timestamp } from "../../http/timestamp.ts";
import type { AnswersOfAccount } from "./read-answers.ts";
import type { AnswerProblem } from "./sign-up-field.ts";

const answerSchema = z
  .object({
    field: z.string(),
    value: z.union([z.string(), z.number(), z.boolean()]),
    version: z.nullable(z.string()),
    answeredAt: timestamp,
  })
  .check(z.meta({ id: "SignUpAnswer" }));

/** Members of an account in API responses. */
export const answerMembers = {
  signUpAnswers: z
    .array(answerSchema)
    .check(z.meta({ description: "The answers to the fields of `SIGN_UP_FIELDS`." })),
  missingFields: z.array(z.string()).check(
    z.meta({
      description: "Required fields without an answer, or with an answer to an earlier version.",
    }),
  ),
};

export const presentAnswers = ({ answers, missing }: AnswersOfAccount) => ({
  signUpAnswers: answers.map(({ field, value, version, answeredAt }) => ({
    field,
    value,
    version,
    answeredAt: new Date(answeredAt).toISOString(),
  })),
  missingFields: missing.map(({ name }) => name),
});

/** Answers in a request. The configuration decides on names and values. */
export const answersField = z.record(z.string(), z.unknown(), "Must be an object.").check(
  z.meta({
    description:
      "Answers to the fields of `SIGN_UP_FIELDS`: text, a number, one of the options, or true for a checkbox.",
    examples: [{ company: "Analytical Engines", terms: true }],
  }),
);

export const answerFieldProblems = (problems: readonly AnswerProblem[]): FieldProblem[] =>
  problems.map((problem) => ({ path: `fields.${problem.field}`, message: messageOf(problem) }));

function messageOf(problem: AnswerProblem): string {
  switch (problem.reason) {
    case "unknown":
      return "Unknown field.";
    case "required":
      return "Is required.";
    case "type":
      return "Has the wrong type.";
    case "characters":
      return "Must be one line without control characters.";
    case "not_an_option":
      return "Must be one of the options.";
    case "too_short":
      return `Must have at least ${problem.limit} characters.`;
    case "too_long":
      return `Must have at most ${problem.limit} characters.`;
    case "too_small":
      return `Must be at least ${problem.limit}.`;
    case "too_large":
      return `Must be at most ${problem.limit}.`;
  }
}
