import * as z from "zod";
import type { ZodOpenApiOperationObject } from "zod-openapi";
import type { ErrorCode } from "../../../src/core/error-codes.ts";
import type { OperationPart } from "../../../src/http/openapi-operation.ts";
import { failureResponses, type SharedResponses } from "./failures.ts";
import { headerRef, keptHeader } from "./headers.ts";
import { tags } from "./tags.ts";

/** Every route may answer with these codes. */
const ALWAYS: readonly ErrorCode[] = ["internal", "unavailable"];

type RouteKey = { readonly method: string; readonly path: string };

/** Merges the metadata of a route's handlers into one operation. Null for a route without a description. */
export function describeOperation(
  { method, path }: RouteKey,
  parts: readonly OperationPart[],
  shared: SharedResponses,
): ZodOpenApiOperationObject | null {
  const merged: OperationPart = {
    ...Object.assign({}, ...parts),
    headers: parts.flatMap((part) => part.headers ?? []),
  };
  const answers = [merged.answer, ...(merged.alternatives ?? [])].filter((one) => one !== undefined);
  const success = merged.bare ?? oneOf(answers.map(envelopeOf));
  if (!merged.summary || !(success || merged.file || merged.redirect)) return null;
  const codes = new Set([...parts.flatMap((part) => failuresOf(part, method)), ...ALWAYS]);
  return {
    operationId: operationIdOf(merged, `${method} ${path}`),
    summary: merged.summary,
    description: merged.description,
    tags: tagsOf(merged, path),
    security: merged.session ? [{ bearer: [] }, { cookie: [] }] : [],
    ...(codes.has("csrf_failed") && method !== "GET" ? { parameters: [CSRF_TOKEN] } : {}),
    requestParams: {
      ...(merged.query ? { query: merged.query } : {}),
      ...(merged.params ? { path: merged.params } : {}),
    },
    requestBody: requestBodyOf(merged),
    responses: {
      ...successResponses(merged, success),
      ...failureResponses(codes, { ...merged, path }, shared),
    } as ZodOpenApiOperationObject["responses"],
  };
}

const CSRF_TOKEN = { $ref: "#/components/parameters/CsrfToken" } as never;

/** GET needs no CSRF token, although the session guard declares `csrf_failed`. */
const failuresOf = ({ failures = [], session }: OperationPart, method: string): readonly ErrorCode[] =>
  session && method === "GET" ? failures.filter((code) => code !== "csrf_failed") : failures;

function operationIdOf({ operationId }: OperationPart, route: string): string {
  if (operationId === undefined) throw new Error(`${route} has no operationId`);
  return operationId;
}

function tagsOf({ tag }: OperationPart, path: string): string[] {
  if (tags.some(({ name }) => name === tag)) return [tag as string];
  throw new Error(`tags.ts does not list ${tag}, the tag of ${path}`);
}

/** Binary data (OpenAPI 3.1, "Considerations for File Uploads"). */
const FILE = { type: "string", format: "binary" } as const;

const contentOf = (types: readonly string[], schema: object) =>
  Object.fromEntries(types.map((type) => [type, { schema }]));

function requestBodyOf({ body, bodyIsOptional, form, upload }: OperationPart) {
  if (form) return { required: true, content: { "application/x-www-form-urlencoded": { schema: form } } };
  if (upload) {
    const form = { type: "object", properties: { [upload.field]: FILE }, required: [upload.field] };
    const content = { ...contentOf(upload.types, FILE), "multipart/form-data": { schema: form } };
    return { required: true, content } as ZodOpenApiOperationObject["requestBody"];
  }
  return body && { required: !bodyIsOptional, content: { "application/json": { schema: body } } };
}

/** The success response: JSON by default, a file, or a redirect. */
function successResponses(
  operation: OperationPart,
  success: z.core.$ZodType | undefined,
): Record<string, object> {
  const { redirect, redirectStatus = 302, answer, file, etag } = operation;
  const headers = successHeaders(operation);
  if (redirect !== undefined) return { [String(redirectStatus)]: { description: redirect, headers } };
  const content = file ? contentOf(file.types, FILE) : { "application/json": { schema: success } };
  return {
    [String(answer?.status ?? 200)]: { description: answer?.message ?? "Success", headers, content },
    ...(etag ? { "304": { description: "Not modified", headers } } : {}),
  };
}

const successHeaders = ({ cacheControl, headers = [], cookies, etag, redirect }: OperationPart) => ({
  "X-Request-Id": headerRef("RequestId"),
  "Cache-Control": cacheControl === undefined ? headerRef("NotKept") : keptHeader(cacheControl),
  ...Object.fromEntries(headers.map((name) => [name, headerRef(name.replace("-", "") as "RateLimit")])),
  ...(cookies ? { "Set-Cookie": headerRef("SetCookie") } : {}),
  ...(etag ? { ETag: headerRef("ETag") } : {}),
  ...(redirect === undefined ? {} : { Location: headerRef("Location") }),
});

const oneOf = ([first, ...others]: z.core.$ZodType[]): z.core.$ZodType | undefined =>
  first && (others.length > 0 ? z.union([first, ...others]) : first);

function envelopeOf({ message, data }: NonNullable<OperationPart["answer"]>): z.core.$ZodType {
  return z.object({
    success: z.literal(true),
    ...(message === undefined ? {} : { message: z.literal(message) }),
    ...(data === null ? {} : { data }),
  });
}
