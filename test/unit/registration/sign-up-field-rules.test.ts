import { describe, expect, it } from "vitest";
import { readSignUpFields } from "../../../src/composition/sign-up-field-settings.ts";
import { checkAnswers, missingFields } from "../../../src/registration/sign-up-fields/rules.ts";

function fieldsOf(...given: readonly object[]) {
  const read = readSignUpFields({ SIGN_UP_FIELDS: given.map((field) => ({ label: "A", ...field })) });
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  return read.fields;
}

/** The stored value, "none", or the reason of the refusal. */
function outcomeOf(field: object, value: unknown): unknown {
  const result = checkAnswers(fieldsOf({ name: "a", ...field }), value === undefined ? {} : { a: value });
  if (!result.ok) return result.error.map(({ reason }) => reason).join();
  return result.value[0] ? { stored: result.value[0].value } : "none";
}

const text = { type: "text", minLength: 2, maxLength: 4 };
const number = { type: "number", minimum: -1, maximum: 10 };
const choice = { type: "choice", options: ["de", "fr"] };
const checkbox = { type: "checkbox" };

describe("checkAnswers", () => {
  it.each<[object, unknown, unknown]>([
    [text, "ab", { stored: "ab" }],
    [text, "  abcd ", { stored: "abcd" }],
    [text, "\u{1f5fc}\u{1f5fc}\u{1f5fc}\u{1f5fc}", { stored: "\u{1f5fc}\u{1f5fc}\u{1f5fc}\u{1f5fc}" }],
    [text, "a", "too_short"],
    [text, "abcde", "too_long"],
    [text, "a\nb", "characters"],
    [text, "a\u0000b", "characters"],
    [text, "a\ud800b", "characters"],
    [text, "", "none"],
    [text, "   ", "none"],
    [text, 7, "type"],
    [text, true, "type"],
    [text, ["ab"], "type"],
    [text, { toString: "ab" }, "type"],
    [number, -1, { stored: -1 }],
    [number, 0, { stored: 0 }],
    [number, 9.5, { stored: 9.5 }],
    [number, 10, { stored: 10 }],
    [number, -1.01, "too_small"],
    [number, 10.01, "too_large"],
    [number, "7", "type"],
    [number, Number.NaN, "type"],
    [number, Number.POSITIVE_INFINITY, "type"],
    [number, 1e308, "too_large"],
    [choice, "de", { stored: "de" }],
    [choice, "DE", "not_an_option"],
    [choice, "it", "not_an_option"],
    [choice, 0, "not_an_option"],
    [choice, "constructor", "not_an_option"],
    [checkbox, true, { stored: true }],
    [checkbox, false, "none"],
    [checkbox, "yes", "type"],
    [checkbox, 1, "type"],
  ])("%j with the answer %j: %j", (field, value, outcome) => {
    expect(outcomeOf(field, value)).toEqual(outcome);
  });

  it.each([text, number, choice, checkbox])("%j may be empty unless it is required", (field) => {
    for (const value of [undefined, null, "", false]) {
      expect(outcomeOf(field, value)).toBe("none");
      expect(outcomeOf({ ...field, required: true }, value)).toBe("required");
    }
  });

  it("refuses unknown names, also those of the object prototype", () => {
    const fields = fieldsOf({ name: "a", type: "text" });
    for (const name of ["b", "A", "constructor", "toString", "a.b", ""]) {
      expect(checkAnswers(fields, { [name]: "x" })).toEqual({
        ok: false,
        error: [{ field: name, reason: "unknown" }],
      });
    }
    const many = Object.fromEntries([...Array(5000).keys()].map((index) => [`b${index}`, 1]));
    const result = checkAnswers(fields, many);
    expect(!result.ok && result.error.length).toBe(20);
    // A value of the prototype is no answer.
    expect(checkAnswers(fieldsOf({ name: "constructor", type: "text", required: true }), {})).toMatchObject({
      error: [{ field: "constructor", reason: "required" }],
    });
  });

  it("reports all problems", () => {
    const fields = fieldsOf({ name: "a", ...text }, { name: "b", ...checkbox, required: true });
    expect(checkAnswers(fields, { a: "abcde", c: 1 })).toEqual({
      ok: false,
      error: [
        { field: "c", reason: "unknown" },
        { field: "a", reason: "too_long", limit: 4 },
        { field: "b", reason: "required" },
      ],
    });
  });
});

describe("missingFields", () => {
  const fields = fieldsOf(
    { name: "a", ...text, required: true },
    { name: "b", ...text },
    { name: "terms", ...checkbox, required: true, version: "2" },
    { name: "news", ...checkbox, version: "1" },
  );
  const answer = (field: string, version: string | null) => ({ field, value: true, version, answeredAt: 0 });
  const missing = (...answers: readonly ReturnType<typeof answer>[]) =>
    missingFields(fields, answers).map(({ name }) => name);

  it("are the required fields without an answer, or with one to another version", () => {
    expect(missing()).toEqual(["a", "terms"]);
    expect(missing(answer("a", null), answer("terms", "1"))).toEqual(["terms"]);
    expect(missing(answer("a", null), answer("terms", null))).toEqual(["terms"]);
    expect(missing(answer("a", "old"), answer("terms", "2"))).toEqual([]);
  });
});
