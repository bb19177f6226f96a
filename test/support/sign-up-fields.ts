import { env } from "cloudflare:workers";

/** One field of each type. `terms` and `company` are required. */
export const SIGN_UP_FIELDS = [
  {
    name: "company",
    type: "text",
    label: { en: "Company", de: "Firma" },
    required: true,
    minLength: 2,
    maxLength: 40,
  },
  { name: "size", type: "number", label: { en: "Employees", de: "Angestellte" }, minimum: 1, maximum: 1000 },
  {
    name: "country",
    type: "choice",
    label: { en: "Country", de: "Land" },
    options: [
      { value: "de", label: { en: "Germany", de: "Deutschland" } },
      { value: "fr", label: { en: "France", de: "Frankreich" } },
    ],
  },
  {
    name: "terms",
    type: "checkbox",
    label: { en: "I accept the terms", de: "Ich akzeptiere die Bedingungen" },
    required: true,
    version: "2026-11",
    link: "https://example.com/terms",
  },
] as const;

export const withFields = (fields: readonly object[] = SIGN_UP_FIELDS) => ({
  SIGN_UP_FIELDS: JSON.stringify(fields),
});

export const ANSWERS = { company: "Analytical Engines", size: 12, country: "de", terms: true };

/** The stored answers of an address, by field. */
export async function storedAnswers(email: string): Promise<Record<string, unknown>> {
  const { results } = await env.DB.prepare(
    "SELECT field, value, version, answered_at FROM sign_up_answers JOIN accounts ON accounts.id = account_id WHERE email = ?",
  )
    .bind(email)
    .all<{ field: string; value: string; version: string | null; answered_at: number }>();
  return Object.fromEntries(
    results.map(({ field, value, version }) => [field, [JSON.parse(value), version]]),
  );
}
