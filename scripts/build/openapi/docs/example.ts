import { type OpenApi, resolve, type Schema } from "./document.ts";

const BY_FORMAT: Readonly<Record<string, unknown>> = {
  uuid: "3f2b8c1e-7d4a-4e57-9a63-0c5d1b9e8f42",
  "date-time": "2026-01-31T12:00:00.000Z",
  email: "ada@example.com",
};

const BY_NAME: Readonly<Record<string, unknown>> = {
  name: "Ada",
  email: "ada@example.com",
  expiresIn: 900,
  refreshExpiresIn: 604_800,
  code: "123456",
  phone: "+14155550123",
};

/** A value that a schema lets through, as somebody would send or get it. What is optional is left out of a request. */
export function exampleOf(document: OpenApi, given: Schema, isRequest: boolean, name = ""): unknown {
  const schema = resolve<Schema>(document, given);
  if (schema.examples?.length) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  const [first] = schema.enum ?? schema.anyOf ?? [];
  if (schema.anyOf) return exampleOf(document, first as Schema, isRequest, name);
  if (first !== undefined) return first;
  if (schema.properties) {
    const { properties, required = [] } = schema;
    const wanted = Object.entries(properties).filter(([key]) => !isRequest || required.includes(key));
    // A request of optional fields alone says at least something.
    const shown = wanted.length > 0 ? wanted : Object.entries(properties).slice(0, 1);
    return Object.fromEntries(shown.map(([key, one]) => [key, exampleOf(document, one, isRequest, key)]));
  }
  if (schema.items) return [exampleOf(document, schema.items, isRequest, name)];
  const byFormat = schema.format === undefined ? undefined : BY_FORMAT[schema.format];
  return byFormat ?? BY_NAME[name] ?? plainExample(schema);
}

function plainExample({ type, minimum }: Schema): unknown {
  const [first] = Array.isArray(type) ? type : [type];
  if (first === "integer" || first === "number") return minimum ?? 1;
  if (first === "boolean") return true;
  if (first === "object") return {};
  return "…";
}
