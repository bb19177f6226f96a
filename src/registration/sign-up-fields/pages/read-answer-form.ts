import { fill } from "../../../core/text.ts";
import { typedNumber } from "../../../core/typed-text.ts";
import type { Problems } from "../../../ui/page.ts";
import type { Form } from "../../../ui/read-form.ts";
import type { Words } from "../../../ui/ui-texts.ts";
import type { AnswerProblem, SignUpField } from "../sign-up-field.ts";

/** The name of the input of a field. */
export const inputName = (field: string): string => `fields.${field}`;

/** The answers in a form, as `checkAnswers` takes them. An input that was left empty is no answer. */
export const readAnswerForm = (form: Form, fields: readonly SignUpField[]): Record<string, unknown> =>
  Object.fromEntries(
    fields.map(({ name, type }) => {
      const typed = form.text(inputName(name)).trim();
      const number = typedNumber(typed).replace(",", ".");
      if (type === "checkbox") return [name, typed !== ""];
      // A form sends numbers as text.
      return [name, type === "number" && /^[+-]?\d+(?:\.\d+)?$/.test(number) ? Number(number) : typed];
    }),
  );

/** The problems by input. */
export const answerFormProblems = (t: Words, problems: readonly AnswerProblem[]): Problems =>
  Object.fromEntries(problems.map((problem) => [inputName(problem.field), textOf(t, problem)]));

function textOf(t: Words, problem: AnswerProblem): string {
  if (problem.reason === "required") return t.problems.required;
  const limit = "limit" in problem ? String(problem.limit) : "";
  return fill(t.answerProblems[problem.reason], { limit });
}
