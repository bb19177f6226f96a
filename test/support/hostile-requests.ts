import fc from "fast-check";
import { anyBody, type Credentials, contentType, headersFrom, oddText, oddValue } from "./hostile-values.ts";

/** A request as it is sent. GET and HEAD have no body. */
export type HostileRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Uint8Array<ArrayBuffer> | null;
};

/** The real parts of the requests: routes and fields of the service, and valid credentials. */
export type Material = Credentials & {
  /** Paths to call. */
  readonly paths: readonly string[];
  readonly bodies: readonly {
    readonly method: string;
    readonly path: string;
    readonly fields: readonly string[];
    readonly needsSession: boolean;
  }[];
  /** Valid values, by field name. */
  readonly values: Readonly<Record<string, readonly unknown[]>>;
};

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

const ODD_METHODS = ["PROPFIND", "BREW", "get", "LOCK", "X-Y", "M-SEARCH"];

/** A body with the fields of a route. All values are valid, or names and values are arbitrary. */
function bodyOf(fields: readonly string[], values: Material["values"]) {
  const all = Object.values(values).flat();
  const fitting = (field: string) => fc.constantFrom(...(values[field] ?? all));
  const anyName = fc.oneof(fc.constantFrom(...Object.keys(values)), oddText);
  const validEntry = (field: string) => fc.tuple(fc.constant(field), fitting(field));
  const arbitraryEntry = (field: string) =>
    fc.tuple(
      fc.oneof({ weight: 8, arbitrary: fc.constant(field) }, anyName),
      fc.oneof({ weight: 3, arbitrary: fitting(field) }, fc.constantFrom(...all), oddValue),
    );
  return fc.oneof(entriesOf(fields.map(validEntry)), entriesOf(fields.map(arbitraryEntry)));
}

/** JSON of these entries. Each is omitted in one of five cases. */
const entriesOf = (entries: readonly fc.Arbitrary<[string, unknown]>[]) =>
  fc
    .tuple(...entries.map((entry) => fc.option(entry, { freq: 4 })))
    .map((list) => JSON.stringify(Object.fromEntries(list.filter((entry) => entry !== null))));

function pathSuffix(values: readonly unknown[]) {
  const texts = values.filter((value) => typeof value === "string");
  const value = fc
    .oneof(fc.constantFrom(...texts), oddText)
    .map((text) => encodeURIComponent(text.toWellFormed()));
  const name = fc.constantFrom("token", "to", "limit", "cursor", "__proto__", "token[]", "a&token");
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant("") },
    { weight: 3, arbitrary: fc.tuple(name, value).map(([key, text]) => `?${key}=${text}`) },
    { weight: 1, arbitrary: value.map((text) => `/${text}`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "/",
        "//",
        "/.",
        "/%2e%2e/",
        "?",
        "?%",
        "?token=%ff",
        "%00",
        ";a=b",
        "#a",
        "\\",
        "/%",
        "?a=%E0%A4%A",
      ),
    },
  );
}

/** Requests over every route, method and header. Some are almost valid, some invalid. */
export function hostileRequests(material: Material): fc.Arbitrary<HostileRequest> {
  const headers = headersFrom(material);
  const suffix = pathSuffix(Object.values(material.values).flat());
  const method = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...METHODS) },
    fc.constantFrom(...ODD_METHODS),
  );
  const anywhere = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...material.paths) },
    { weight: 1, arbitrary: oddText.map((text) => `/${encodeURI(text.toWellFormed())}`) },
    { weight: 1, arbitrary: oddText.map((text) => `/api/auth/${encodeURIComponent(text.toWellFormed())}`) },
  );
  const invalid = fc
    .tuple(method, anywhere, suffix, headers, contentType, anyBody)
    .map(([verb, path, end, extra, type, body]) => ({
      method: verb,
      path: path + end,
      headers: [type, ...extra],
      body,
    }));
  const authorization = fc
    .constantFrom(...material.tokens)
    .map((token) => [["Authorization", `Bearer ${token}`] as const]);
  const almostValid = fc.constantFrom(...material.bodies).chain((route) =>
    fc
      .tuple(
        route.needsSession ? fc.oneof(authorization, headers) : headers,
        contentType,
        fc.oneof({ weight: 9, arbitrary: bodyOf(route.fields, material.values) }, anyBody),
      )
      .map(([extra, type, body]) => ({
        method: route.method,
        path: route.path,
        headers: [type, ...extra],
        body,
      })),
  );
  return fc.oneof(invalid, almostValid).map(withoutBody);
}

/** fetch rejects a body with GET and HEAD. */
const withoutBody = (request: HostileRequest): HostileRequest =>
  /^(?:get|head)$/i.test(request.method) ? { ...request, body: null } : request;
