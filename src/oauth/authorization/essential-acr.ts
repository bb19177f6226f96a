/**
 * The values of an essential `acr` of the parameter `claims` (OpenID Connect Core §5.5.1). Its other claims are not
 * supported. Null: none is required.
 */
export function essentialAcrOf(claims: string | undefined): readonly string[] | null {
  const acr = member(member(parse(claims), "id_token"), "acr");
  if (member(acr, "essential") !== true) return null;
  const [value, values] = [member(acr, "value"), member(acr, "values")];
  const all: readonly unknown[] = Array.isArray(values) ? values : [value];
  const texts = all.filter((each) => typeof each === "string");
  return texts.length === 0 ? null : texts;
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
