import * as z from "zod";
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from "zod-openapi";
import { failureTable } from "../../src/http/failures.ts";
import { type OperationPart, partOf } from "../../src/http/operation.ts";
import type { FailureCode } from "../../src/kernel/failure-codes.ts";

type Route = { readonly method: string; readonly path: string; readonly handler: object };

/** Every route may answer with these, whatever it is. */
const ALWAYS: readonly FailureCode[] = ["internal", "unavailable"];

/**
 * The OpenAPI 3.1 document of an app, from what its handlers say of themselves: the schemas are the
 * ones that validate, the guards the ones that run.
 */
export function openApiDocument(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const [key, parts] of partsByRoute(routes)) {
    const [method = "", path = ""] = key.split(" ");
    const operation = describeOperation(method, parts);
    if (!operation) continue;
    const openApiPath = path.replaceAll(/:(\w+)/g, "{$1}");
    paths[openApiPath] = { ...paths[openApiPath], [method.toLowerCase()]: operation };
  }
  return createDocument({
    openapi: "3.1.0",
    // A deployment puts its own name and address in their places: src/openapi/routes.ts.
    info: {
      title: "Gatehouse auth API",
      version: "1",
      description: "Sign-up, sign-in, sessions and recovery.",
    },
    servers: [{ url: "https://auth.example.com" }],
    paths: paths as ZodOpenApiPathsObject,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "at+jwt" },
        cookie: {
          type: "apiKey",
          in: "cookie",
          name: "__Host-gh_access",
          description: "Writes also need the header X-CSRF-Token.",
        },
      },
    },
  });
}

function partsByRoute(routes: readonly Route[]): Map<string, OperationPart[]> {
  const grouped = new Map<string, OperationPart[]>();
  for (const { method, path, handler } of routes) {
    const part = partOf(handler);
    if (!part) continue;
    const key = `${method} ${path}`;
    grouped.set(key, [...(grouped.get(key) ?? []), part]);
  }
  return grouped;
}

function describeOperation(
  method: string,
  parts: readonly OperationPart[],
): ZodOpenApiOperationObject | null {
  const whole: OperationPart = Object.assign({}, ...parts);
  const answers = [whole.answer, ...(whole.alternatives ?? [])].filter((one) => one !== undefined);
  const success = whole.bare ?? oneOf(answers.map(envelopeOf));
  if (!whole.summary || !(success || whole.file || whole.redirect)) return null;
  // Reading needs no token against forged requests, whatever its guard says of itself.
  const codes = new Set([...parts.flatMap((part) => part.failures ?? []), ...ALWAYS]);
  if (method === "GET") codes.delete("csrf_failed");
  return {
    summary: whole.summary,
    description: whole.description,
    tags: whole.tag ? [whole.tag] : undefined,
    security: whole.session ? [{ bearer: [] }, { cookie: [] }] : [],
    requestParams: {
      ...(whole.query ? { query: whole.query } : {}),
      ...(whole.params ? { path: whole.params } : {}),
    },
    requestBody: requestBodyOf(whole),
    responses: {
      ...successResponses(whole, success),
      ...failureResponses([...codes], whole),
    },
  };
}

/** Bytes as they are (OpenAPI 3.1, "Considerations for File Uploads"). */
const FILE = { type: "string", format: "binary" } as const;

const contentOf = (types: readonly string[], schema: object) =>
  Object.fromEntries(types.map((type) => [type, { schema }]));

function requestBodyOf({ body, bodyIsOptional, upload }: OperationPart) {
  if (upload) {
    const form = { type: "object", properties: { [upload.field]: FILE }, required: [upload.field] };
    const content = { ...contentOf(upload.types, FILE), "multipart/form-data": { schema: form } };
    return { required: true, content } as ZodOpenApiOperationObject["requestBody"];
  }
  return body && { required: !bodyIsOptional, content: { "application/json": { schema: body } } };
}

/** What a success is: JSON by default, a file, or the way to somewhere else. */
function successResponses(
  { redirect, answer, file }: OperationPart,
  success: z.ZodType | undefined,
): Record<string, ZodOpenApiResponseObject> {
  if (redirect !== undefined) return { "302": { description: redirect } };
  const content = file
    ? contentOf(file.types, FILE)
    : { "application/json": { schema: success as z.ZodType } };
  return { [String(answer?.status ?? 200)]: { description: answer?.message ?? "Success", content } };
}

const oneOf = ([first, ...others]: z.ZodType[]): z.ZodType | undefined =>
  first && (others.length > 0 ? z.union([first, ...others]) : first);

function envelopeOf({ message, data }: NonNullable<OperationPart["answer"]>): z.ZodType {
  return z.object({
    success: z.literal(true),
    ...(message === undefined ? {} : { message: z.literal(message) }),
    ...(data === null ? {} : { data }),
  });
}

/** One response a status, naming the codes that it may carry. */
function failureResponses(codes: readonly FailureCode[], { upload, unavailable }: OperationPart) {
  const sentenceOf = (code: FailureCode): string =>
    upload && code === "unsupported_media_type"
      ? `Please send ${upload.types.join(", ")}, or such a file in a form.`
      : failureTable[code][1];
  const schemaOf = (status: number): z.ZodType =>
    unavailable && status === 503 ? failureEnvelope.extend({ data: unavailable }) : failureEnvelope;
  const byStatus = Map.groupBy(codes, (code) => failureTable[code][0]);
  const entries = [...byStatus].map(([status, found]) => [
    String(status),
    {
      description: found.map((code) => `\`${code}\`: ${sentenceOf(code)}`).join("\n\n"),
      content: { "application/json": { schema: schemaOf(status) } },
    },
  ]);
  return Object.fromEntries(entries) as ZodOpenApiOperationObject["responses"];
}

const failureCodes = Object.keys(failureTable) as [FailureCode, ...FailureCode[]];

const failureEnvelope = z
  .object({
    success: z.literal(false),
    message: z.string().meta({ description: "Fit for a person." }),
    error: z.object({
      code: z.enum(failureCodes).meta({ description: "Stable." }),
      requestId: z.string().meta({ description: "Also in X-Request-Id." }),
      fields: z
        .array(z.object({ path: z.string(), message: z.string() }))
        .optional()
        .meta({ description: "What is wrong with which field." }),
    }),
  })
  .meta({ id: "Failure" });
