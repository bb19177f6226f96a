import * as z from "zod";
import type { ErrorCode } from "../../../src/core/error-codes.ts";
import { errorTable } from "../../../src/http/error-table.ts";
import type { OperationPart } from "../../../src/http/openapi-operation.ts";
import { headerRef } from "./headers.ts";

const failureCodes = Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]];

export const failureEnvelope = z.object({
  success: z.literal(false),
  message: z.string().meta({ description: "A sentence for the user." }),
  error: z.object({
    code: z.enum(failureCodes).meta({ description: "A stable error code." }),
    requestId: z.uuid().meta({ description: "The same as in `X-Request-Id`." }),
    fields: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: "The invalid fields, with a message each." }),
  }),
});

/** Responses that several operations share, by name. */
export type SharedResponses = Map<string, object>;

/** One response per status, with the error codes that it may have. */
export function failureResponses(
  codes: ReadonlySet<ErrorCode>,
  operation: OperationPart & { readonly path: string },
  shared: SharedResponses,
): Record<string, object> {
  const byStatus = Map.groupBy([...codes].sort(), (code) => errorTable[code][0]);
  return Object.fromEntries(
    [...byStatus].map(([status, found]) => {
      const name = nameOf(found, operation);
      shared.set(name, failureResponse(status, found, operation));
      return [String(status), { $ref: `#/components/responses/${name}` }];
    }),
  );
}

/** The name contains everything that the response depends on. */
const nameOf = (codes: readonly ErrorCode[], operation: Parameters<typeof isPageToo>[0]): string =>
  [
    ...codes,
    ...(operation.headers?.length ? ["limited"] : []),
    ...(mayChangeCookies(codes, operation) ? ["cookies"] : []),
    ...(operation.upload && codes.includes("unsupported_media_type") ? [operation.upload.field] : []),
    ...(isPageToo(operation) ? ["page"] : []),
    ...(codes.includes("unavailable") && operation.unavailable ? ["report"] : []),
    ...(codes.includes("invalid_credentials") && operation.refused ? ["passkey"] : []),
  ].join(".");

/** A failed authentication clears the session cookies. A page sets the cookie of its CSRF token. */
const mayChangeCookies = (codes: readonly ErrorCode[], operation: Parameters<typeof isPageToo>[0]): boolean =>
  isPageToo(operation) ||
  (operation.cookies === true && codes.some((code) => code === "unauthorized" || code === "refresh_invalid"));

/** Outside the API, a browser that accepts HTML gets the failure as a page. */
const isPageToo = ({ path, redirect }: OperationPart & { readonly path: string }): boolean =>
  redirect !== undefined || !path.startsWith("/api/");

function failureResponse(
  status: number,
  codes: readonly ErrorCode[],
  operation: OperationPart & { readonly path: string },
): object {
  const { upload, headers = [] } = operation;
  const messageOf = (code: ErrorCode): string =>
    upload && code === "unsupported_media_type"
      ? `Send ${upload.types.join(", ")}, or a form with such a file.`
      : errorTable[code][1];
  const onlyUnauthorized = codes.every((code) => code === "unauthorized");
  return {
    description: codes.map((code) => `\`${code}\`: ${messageOf(code)}`).join("\n\n"),
    headers: {
      "X-Request-Id": headerRef("RequestId"),
      "Cache-Control": headerRef("NotKept"),
      ...(status === 429 || status === 503 ? { "Retry-After": headerRef("RetryAfter") } : {}),
      ...(codes.includes("unauthorized")
        ? { "WWW-Authenticate": headerRef(onlyUnauthorized ? "Authenticate" : "MayAuthenticate") }
        : {}),
      ...Object.fromEntries(headers.map((name) => [name, headerRef(name.replace("-", "") as "RateLimit")])),
      ...(mayChangeCookies(codes, operation) ? { "Set-Cookie": headerRef("SetCookie") } : {}),
    },
    content: {
      "application/json": {
        schema: failureOf(codes, dataOf(status, operation)),
      },
      ...(isPageToo(operation) ? { "text/html": { schema: { type: "string" } } } : {}),
    },
  };
}

function dataOf(status: number, { unavailable, refused }: OperationPart): z.core.$ZodType | undefined {
  if (status === 401) return refused;
  return status === 503 ? unavailable : undefined;
}

const failureOf = (codes: readonly ErrorCode[], data: z.core.$ZodType | undefined): object =>
  data === undefined
    ? {
        allOf: [
          { $ref: "#/components/schemas/Failure" },
          {
            type: "object",
            properties: {
              error: { type: "object", properties: { code: { enum: codes } }, required: ["code"] },
            },
            required: ["error"],
          },
        ],
      }
    : failureWithData(codes, data);

/** The envelope allows no other keys, so that a failure with data needs an envelope of its own. */
function failureWithData(codes: readonly ErrorCode[], data: z.core.$ZodType): object {
  const error = failureEnvelope.shape.error.extend({ code: z.enum(codes as [ErrorCode]) });
  const envelope = failureEnvelope.extend({ error, data: z.optional(data) });
  const { $schema: _, ...schema } = z.toJSONSchema(envelope, { io: "output" });
  return schema;
}
