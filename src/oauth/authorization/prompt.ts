const PROMPTS = ["none", "login", "consent", "select_account"] as const;

/** A value of `prompt` (OpenID Connect Core §3.1.2.1). */
export type Prompt = (typeof PROMPTS)[number];

/** The values of the parameter. Null: an unknown value, or `none` with another one. */
export function parsePrompt(text: string | undefined): ReadonlySet<Prompt> | null {
  const values = (text ?? "").split(" ").filter((value) => value !== "");
  const known = values.filter((value): value is Prompt => PROMPTS.some((prompt) => prompt === value));
  if (known.length < values.length) return null;
  const prompt = new Set(known);
  return prompt.has("none") && prompt.size > 1 ? null : prompt;
}
