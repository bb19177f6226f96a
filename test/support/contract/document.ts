import { Validator } from "@cfworker/json-schema";
import openApiDocument from "../../../public/openapi.json";

type Schema = Record<string, unknown>;
type Header = { readonly required?: boolean; readonly schema: Schema };
type Reference = { readonly $ref: string };

export type DescribedResponse = {
  readonly headers?: Readonly<Record<string, Header | Reference>>;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
};
export type DescribedOperation = {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, DescribedResponse | Reference>>;
};
export type Description = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

/** The committed document. `npm run openapi` writes it; an outdated document makes tests fail. */
export const committedDocument = openApiDocument as unknown as Description;

/** Resolves a `$ref` of the document. Returns other nodes unchanged. */
export function resolveReference<T>(document: Description, node: T | Reference): T {
  if (typeof node !== "object" || node === null || !("$ref" in node)) return node as T;
  const steps = (node as Reference).$ref.replace(/^#\//, "").split("/");
  // biome-ignore lint/suspicious/noExplicitAny: a node of the document has any shape
  return steps.reduce((at: any, step) => at[step], document) as T;
}

/** The schema with every `$ref` replaced by its target. No schema of the document is recursive. */
export function dereference(document: Description, node: unknown): unknown {
  if (Array.isArray(node)) return node.map((item) => dereference(document, item));
  if (typeof node !== "object" || node === null) return node;
  if ("$ref" in node) return dereference(document, resolveReference(document, node));
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, dereference(document, value)]));
}

/**
 * Validates values against a schema. The returned function gives one line for each violation. The
 * validator works without `eval`, which workerd forbids.
 */
export function validatorOf(document: Description, schema: Schema): (value: unknown) => string[] {
  const validator = new Validator(dereference(document, schema) as Schema, "2020-12", false);
  return (value) => {
    const { valid, errors } = validator.validate(value);
    return valid ? [] : errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
  };
}
