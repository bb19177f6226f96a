import { type OpenApi, resolve, type Schema } from "./document.ts";
import { Prose } from "./prose.tsx";

type Row = { readonly name: string; readonly schema: Schema; readonly isRequired: boolean };

/** What an object holds, its inner objects too, one row each. */
export function rowsOf(document: OpenApi, given: Schema, prefix = ""): Row[] {
  const schema = resolve<Schema>(document, given);
  if (schema.items) return rowsOf(document, schema.items, `${prefix}[]`);
  return Object.entries(schema.properties ?? {}).flatMap(([key, one]) => {
    const name = prefix ? `${prefix}.${key}` : key;
    const inner = within(document, one);
    const isRequired = schema.required?.includes(key) ?? false;
    return [{ name, schema: inner, isRequired }, ...rowsOf(document, inner, name)];
  });
}

/** A field as itself, and a list with what it is a list of. */
function within(document: OpenApi, given: Schema): Schema {
  const schema = resolve<Schema>(document, given);
  return schema.items ? { ...schema, items: resolve<Schema>(document, schema.items) } : schema;
}

/** A list of fields, with what each may be. */
export const Fields = ({ rows }: { rows: readonly Row[] }) => (
  <dl class="fields">
    {rows.map(({ name, schema, isRequired }) => (
      <div>
        <dt>
          <code>{name}</code>
        </dt>
        <dd>
          <span class="faint">
            {typeOf(schema)}
            {isRequired ? "" : ", optional"}
          </span>
          {schema.description && <Prose text={schema.description} />}
        </dd>
      </div>
    ))}
  </dl>
);

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(", ");
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(" or ");
  if (schema.items) return `list of ${typeOf(schema.items)}`;
  const { type = "anything", format } = schema;
  const name = [type].flat().join(" or ");
  return [format === undefined ? name : `${name} (${format})`, ...limitsOf(schema)].join(", ");
}

function limitsOf({ minimum, maximum, minLength, maxLength, default: otherwise }: Schema): string[] {
  return [
    ...(minimum === undefined ? [] : [`${minimum} at least`]),
    ...(maximum === undefined ? [] : [`${maximum} at most`]),
    ...(minLength !== undefined && minLength > 1 ? [`${minLength} characters at least`] : []),
    ...(maxLength === undefined ? [] : [`${maxLength} characters at most`]),
    ...(otherwise === undefined ? [] : [`${JSON.stringify(otherwise)} unless said`]),
  ];
}
