import { Validator } from "@cfworker/json-schema";
import document from "../../../public/openapi.json";

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

/** What is committed and served (`npm run openapi`), so a test fails when it is not written anew. */
export const committed = document as unknown as Description;

/** What a reference of the document stands for. */
export function resolve<T>(from: Description, node: T | Reference): T {
  if (typeof node !== "object" || node === null || !("$ref" in node)) return node as T;
  const steps = (node as Reference).$ref.replace(/^#\//, "").split("/");
  // biome-ignore lint/suspicious/noExplicitAny: any node of a document
  return steps.reduce((at: any, step) => at[step], from) as T;
}

/** The same schema with all that it refers to inside; none of ours refers to itself. */
export function whole(from: Description, node: unknown): unknown {
  if (Array.isArray(node)) return node.map((one) => whole(from, one));
  if (typeof node !== "object" || node === null) return node;
  if ("$ref" in node) return whole(from, resolve(from, node));
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, whole(from, value)]));
}

/**
 * What is wrong with a value, one line for each fault. No `eval`, which workerd forbids, so it is
 * slower than others; each schema is looked through once.
 */
export function validatorOf(from: Description, schema: Schema): (value: unknown) => string[] {
  const validator = new Validator(whole(from, schema) as Schema, "2020-12", false);
  return (value) => {
    const { valid, errors } = validator.validate(value);
    return valid ? [] : errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
  };
}
