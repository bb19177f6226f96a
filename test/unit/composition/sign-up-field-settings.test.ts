import { describe, expect, it } from "vitest";
import { readSignUpFields } from "../../../src/composition/sign-up-field-settings.ts";

const read = (fields: unknown) => readSignUpFields({ SIGN_UP_FIELDS: JSON.stringify(fields) });

function problemsOf(given: Record<string, unknown>): readonly string[] {
  const answer = readSignUpFields(given);
  return "problems" in answer ? answer.problems.map(({ path, message }) => `${path} ${message}`) : [];
}

const company = { name: "company", type: "text", label: "Company" };

describe("readSignUpFields", () => {
  it("has no fields without the variable", () => {
    expect(readSignUpFields({})).toEqual({ fields: [] });
  });

  it("reads each type with its defaults", () => {
    const fields = [
      company,
      { name: "size", type: "number", label: { en: "Employees", de: "Angestellte" } },
      {
        name: "country",
        type: "choice",
        label: { en: "Country" },
        options: ["de", { value: "fr", label: "France" }],
      },
      { name: "terms", type: "checkbox", label: "I accept the terms", required: true },
    ];
    const common = { isRequired: false, version: null, link: null };
    expect(read(fields)).toEqual({
      fields: [
        { ...common, ...company, label: { en: "Company", de: "Company" }, minLength: 0, maxLength: 200 },
        { ...common, name: "size", type: "number", label: fields[1]?.label, minimum: -1e15, maximum: 1e15 },
        {
          ...common,
          name: "country",
          type: "choice",
          label: { en: "Country", de: "Country" },
          options: [
            { value: "de", label: { en: "de", de: "de" } },
            { value: "fr", label: { en: "France", de: "France" } },
          ],
        },
        {
          ...common,
          name: "terms",
          type: "checkbox",
          label: { en: "I accept the terms", de: "I accept the terms" },
          isRequired: true,
        },
      ],
    });
    // wrangler.toml may have the list as a value of its own.
    expect(readSignUpFields({ SIGN_UP_FIELDS: fields })).toEqual(read(fields));
  });

  it("reads limits, versions and links", () => {
    const fields = [
      { ...company, minLength: 2, maxLength: 1000 },
      { name: "size", type: "number", label: "Size", minimum: -1.5, maximum: 1.5 },
      {
        name: "terms",
        type: "checkbox",
        label: "Terms",
        version: "2026-11",
        link: "https://example.com/terms",
      },
    ];
    expect(read(fields)).toMatchObject({
      fields: [
        { minLength: 2, maxLength: 1000 },
        { minimum: -1.5, maximum: 1.5 },
        { version: "2026-11", link: "https://example.com/terms" },
      ],
    });
  });

  it.each<[string, unknown]>([
    ["text that is no JSON", "terms"],
    ["an object", { company }],
    ["a number", 7],
  ])("refuses %s", (_what, value) => {
    const given = { SIGN_UP_FIELDS: typeof value === "string" ? value : JSON.stringify(value) };
    expect(problemsOf(given)).toEqual([expect.stringContaining("SIGN_UP_FIELDS must be a JSON list")]);
  });

  it.each<[string, unknown, string]>([
    ["null", null, "field 1"],
    ["no name", { type: "text", label: "A" }, "name must begin with a small letter"],
    ["a name with a dot", { ...company, name: "a.b" }, "name must begin with a small letter"],
    ["a name in capitals", { ...company, name: "Company" }, "name must begin with a small letter"],
    ["a name of 33 characters", { ...company, name: "a".repeat(33) }, "name must begin"],
    ["the name __proto__", { ...company, name: "__proto__" }, "name must begin"],
    ["no label", { name: "a", type: "text" }, "label must be text"],
    ["a blank label", { ...company, label: " " }, "label must be text"],
    ["a label in German alone", { ...company, label: { de: "Firma" } }, "label must be text"],
    [
      "a label in another language",
      { ...company, label: { en: "A", fr: "B" } },
      "label has the unknown member fr",
    ],
    ["a label with a line break", { ...company, label: "a\nb" }, "label must be text"],
    ["a label of 201 characters", { ...company, label: "a".repeat(201) }, "label must be text"],
    ["an unknown type", { ...company, type: "date" }, "type must be text, number, choice or checkbox"],
    ["no type", { name: "a", label: "A" }, "type must be text, number, choice or checkbox"],
    ["a pattern", { ...company, pattern: ".*" }, "has the unknown member pattern"],
    ["a limit of another type", { ...company, minimum: 1 }, "has the unknown member minimum"],
    ["required as text", { ...company, required: "yes" }, "required must be true or false"],
    ["a negative length", { ...company, minLength: -1 }, "minLength must be a whole number"],
    ["a length of 1001", { ...company, maxLength: 1001 }, "maxLength must be a whole number from 0 to 1000"],
    ["lengths in the wrong order", { ...company, minLength: 3, maxLength: 2 }, "minLength must not exceed"],
    [
      "a limit that is no number",
      { name: "a", type: "number", label: "A", minimum: "1" },
      "minimum must be a number",
    ],
    [
      "limits in the wrong order",
      { name: "a", type: "number", label: "A", minimum: 2, maximum: 1 },
      "minimum must not exceed maximum",
    ],
    ["a choice without options", { name: "a", type: "choice", label: "A" }, "options must list"],
    ["a choice of nothing", { name: "a", type: "choice", label: "A", options: [] }, "options must list"],
    [
      "51 options",
      { name: "a", type: "choice", label: "A", options: [...Array(51).keys()].map(String) },
      "options",
    ],
    [
      "a repeated option",
      { name: "a", type: "choice", label: "A", options: ["x", "x"] },
      "must not repeat a value",
    ],
    [
      "an option with spaces around it",
      { name: "a", type: "choice", label: "A", options: [" x"] },
      "options",
    ],
    ["an http link", { ...company, link: "http://example.com" }, "link must be an https URL"],
    ["a script as link", { ...company, link: "javascript:alert(1)" }, "link must be an https URL"],
    ["an empty version", { ...company, version: "" }, "version must be text"],
    ["a version that is a number", { ...company, version: 2 }, "version must be text"],
  ])("refuses a field with %s", (_what, field, message) => {
    const problems = problemsOf({ SIGN_UP_FIELDS: JSON.stringify([field]) });
    expect(problems.join("\n")).toContain(message);
    for (const problem of problems) expect(problem).toMatch(/^SIGN_UP_FIELDS has a problem in field 1: /);
  });

  it("reports the problems of all fields, by their place", () => {
    const problems = problemsOf({
      SIGN_UP_FIELDS: [company, { ...company, name: "B" }, { ...company, label: 7 }],
    });
    expect(problems.map((text) => /field \d+/.exec(text)?.[0])).toEqual(["field 2", "field 3"]);
  });

  it("refuses a repeated name and more than ten fields", () => {
    expect(problemsOf({ SIGN_UP_FIELDS: [company, company] })).toEqual([
      "SIGN_UP_FIELDS must not repeat a name",
    ]);
    const many = [...Array(11).keys()].map((index) => ({ ...company, name: `f${index}` }));
    expect(problemsOf({ SIGN_UP_FIELDS: many })).toEqual(["SIGN_UP_FIELDS must have at most 10 fields"]);
    expect(problemsOf({ SIGN_UP_FIELDS: many.slice(1) })).toEqual([]);
  });
});
