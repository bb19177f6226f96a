import { err, ok, type Result } from "../../core/result.ts";
import { hasControlCharacter, isCleanText } from "../../core/text.ts";
import { typedLine } from "../../core/typed-text.ts";
import type { AnswerProblem, AnswerValue, NewAnswer, SignUpField, StoredAnswer } from "./sign-up-field.ts";

/** Unknown names of one request that are reported. */
const MAX_UNKNOWN_NAMES = 20;

type GivenAnswers = Readonly<Record<string, unknown>>;

/**
 * Validates answers to all of these fields: required ones must be among them, and unknown names are refused. A text is
 * trimmed. An empty text, a null and an unselected box are no answer.
 */
export function checkAnswers(
  fields: readonly SignUpField[],
  given: GivenAnswers,
): Result<readonly NewAnswer[], readonly AnswerProblem[]> {
  const answers: NewAnswer[] = [];
  const problems: AnswerProblem[] = Object.keys(given)
    .filter((name) => fields.every((field) => field.name !== name))
    .slice(0, MAX_UNKNOWN_NAMES)
    .map((field) => ({ field, reason: "unknown" }));
  for (const field of fields) {
    const { name, version } = field;
    const checked = checkAnswer(field, Object.hasOwn(given, name) ? given[name] : undefined);
    if (!checked.ok) problems.push({ ...checked.error, field: name });
    else if (checked.value !== null) answers.push({ field: name, value: checked.value, version });
  }
  return problems.length > 0 ? err(problems) : ok(answers);
}

/** The required fields without an answer, or with one to another version. */
export const missingFields = (
  fields: readonly SignUpField[],
  answers: readonly StoredAnswer[],
): SignUpField[] =>
  fields.filter(
    ({ name, isRequired, version }) =>
      isRequired &&
      !answers.some((answer) => answer.field === name && (version === null || answer.version === version)),
  );

type WithoutField<Problem> = Problem extends unknown ? Omit<Problem, "field"> : never;
type Checked = Result<AnswerValue | null, WithoutField<AnswerProblem>>;

/** Null: there is no answer, and none is required. */
function checkAnswer(field: SignUpField, given: unknown): Checked {
  const value = typeof given === "string" ? typedLine(given) : given;
  if (value === undefined || value === null || value === "" || value === false) {
    return field.isRequired ? err({ reason: "required" }) : ok(null);
  }
  switch (field.type) {
    case "text":
      return typeof value === "string" ? checkText(field, value) : err({ reason: "type" });
    case "number":
      return typeof value === "number" && Number.isFinite(value)
        ? checkNumber(field, value)
        : err({ reason: "type" });
    case "choice":
      return field.options.some((option) => option.value === value) && typeof value === "string"
        ? ok(value)
        : err({ reason: "not_an_option" });
    case "checkbox":
      return value === true ? ok(true) : err({ reason: "type" });
  }
}

function checkText({ minLength, maxLength }: SignUpField & { type: "text" }, value: string): Checked {
  const { length } = [...value];
  if (length > maxLength) return err({ reason: "too_long", limit: maxLength });
  if (length < minLength) return err({ reason: "too_short", limit: minLength });
  return hasControlCharacter(value) || !isCleanText(value) ? err({ reason: "characters" }) : ok(value);
}

function checkNumber({ minimum, maximum }: SignUpField & { type: "number" }, value: number): Checked {
  if (value < minimum) return err({ reason: "too_small", limit: minimum });
  return value > maximum ? err({ reason: "too_large", limit: maximum }) : ok(value);
}
