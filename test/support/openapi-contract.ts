import { Validator } from "@cfworker/json-schema";
import type { ExecutionContext } from "hono";
import openApiDocument from "../../public/openapi.json" with { type: "json" };

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

/** Headers that clients may rely on. The document must describe each of them that a response has. */
const TRACKED = [
  "Allow",
  "Cache-Control",
  "ETag",
  "Location",
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
  "Set-Cookie",
  "WWW-Authenticate",
  "X-Request-Id",
];

type ObservedResponse = {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  /** The body of JSON and untyped responses. Null for other types and for HEAD. */
  readonly text: string | null;
};

/** Compares responses with a document. The returned function lists the violations of one response. */
export function createContractChecker(document: Description): (response: ObservedResponse) => string[] {
  const validators = new Map<object, (value: unknown) => string[]>();
  const operationOf = findOperation(document);

  function faultsOf(schema: Record<string, unknown>, value: unknown): string[] {
    const validator = validators.get(schema) ?? validatorOf(document, schema);
    validators.set(schema, validator);
    return validator(value);
  }

  function headerFaults(described: NonNullable<DescribedResponse["headers"]>, headers: Headers): string[] {
    const missing = Object.entries(described).flatMap(([name, reference]) => {
      const { required, schema } = resolveReference(document, reference);
      const value = headers.get(name);
      if (value === null) return required ? [`the header ${name} is not there`] : [];
      const parsed = schema.type === "integer" && /^-?\d+$/.test(value) ? Number(value) : value;
      return faultsOf(schema, parsed).map((fault) => `the header ${name}, "${value}": ${fault}`);
    });
    const names = Object.keys(described).map((name) => name.toLowerCase());
    const undescribed = TRACKED.filter((name) => headers.has(name) && !names.includes(name.toLowerCase()));
    return [...missing, ...undescribed.map((name) => `the header ${name} is not described`)];
  }

  function bodyFaults({ content }: DescribedResponse, { headers, text }: ObservedResponse): string[] {
    const type = headers.get("Content-Type")?.split(";")[0] ?? "none";
    if (!content)
      return type === "none" && !text ? [] : [`the response has a body that is not described: ${type}`];
    const described = content[type];
    if (!described)
      return [`the type of the body, ${type}, is not described: ${Object.keys(content).join(", ")}`];
    if (type !== "application/json" || text === null) return [];
    return faultsOf(described.schema, JSON.parse(text)).map(
      (fault) => `${fault}\n  in ${text.slice(0, 500)}`,
    );
  }

  return (response) => {
    const operation = operationOf(response.method, response.path);
    if (!operation) return isApiRequest(response) ? undescribedFaults(response, faultsOf, document) : [];
    const reference = operation.responses[String(response.status)];
    if (!reference) return [`the status is not described: ${response.text?.slice(0, 300)}`];
    const described = resolveReference(document, reference);
    return [...headerFaults(described.headers ?? {}, response.headers), ...bodyFaults(described, response)];
  };
}

const isApiRequest = ({ method, path }: ObservedResponse): boolean =>
  path.startsWith("/api/auth/") && method !== "OPTIONS";

/** A request without an operation must fail with the schema `Failure`, as the introduction of the document states. */
function undescribedFaults(
  { status, headers, text }: ObservedResponse,
  faultsOf: (schema: Record<string, unknown>, value: unknown) => string[],
  { components }: Description,
): string[] {
  const faults = [
    ...(status < 400 ? ["the request succeeds, and no operation describes it"] : []),
    ...(headers.has("X-Request-Id") ? [] : ["the header X-Request-Id is not there"]),
    ...(headers.has("Allow") === (status === 405)
      ? []
      : ["exactly the 405 responses must have the header Allow"]),
  ];
  const { Failure } = components.schemas;
  return text === null || !Failure ? faults : [...faults, ...faultsOf(Failure, JSON.parse(text))];
}

function findOperation({ paths }: Description) {
  const patterns = Object.entries(paths).map(([template, methods]) => {
    const expression = template.replaceAll(/[.]/g, "\\.").replaceAll(/\{\w+\}/g, "[^/]+");
    return { isFixed: !template.includes("{"), expression: new RegExp(`^${expression}$`), methods };
  });
  // A path without parameters takes precedence.
  patterns.sort((a, b) => Number(b.isFixed) - Number(a.isFixed));
  return (method: string, path: string) => {
    const key = method === "HEAD" ? "get" : method.toLowerCase();
    return patterns.find(({ expression, methods }) => expression.test(path) && methods[key])?.methods[key];
  };
}

const findViolations = createContractChecker(committedDocument);

/** The common members of the responses of workerd, Node and the test harness of wrangler. */
type FetchResponse = {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: unknown;
  clone(): { text(): Promise<string> };
};

/** Throws when a response violates the OpenAPI document. Otherwise returns the response. */
export async function assertMatchesContract<T extends FetchResponse>(
  method: string,
  path: string,
  response: T,
): Promise<T> {
  const { status } = response;
  const headers = response.headers as Headers;
  const isJson = headers.get("Content-Type")?.startsWith("application/json") ?? false;
  const hasText = method !== "HEAD" && (isJson || response.body === null);
  const text = hasText ? await response.clone().text() : null;
  const violations = findViolations({ method, path, status, headers, text });
  if (violations.length === 0) return response;
  throw new Error(
    `${method} ${path} → ${status} is not what /openapi.json says: ${violations.join("\n")}\n` +
      "Fix the schema or the route, and run `npm run openapi`.",
  );
}

type App<Env extends object> = {
  fetch(request: Request, env?: Env, context?: ExecutionContext): Response | Promise<Response>;
  getPath(request: Request): string;
};

/** Makes an app throw when one of its responses violates the OpenAPI document. */
export function enforceContract<Env extends object>(app: App<Env>): void {
  const fetchResponse = app.fetch;
  app.fetch = async (request, env, context) =>
    assertMatchesContract(request.method, app.getPath(request), await fetchResponse(request, env, context));
}
