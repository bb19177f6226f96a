import fc from "fast-check";
import { type Credentials, contentType, headersFrom } from "./headers.ts";
import { junk, oddText, oddValue } from "./values.ts";

/** A request as it is sent; `body` is text or bytes, and a GET has none. */
export type HostileRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Uint8Array<ArrayBuffer> | null;
};

/** What the requests are made of that is real: routes and fields of the service, and good credentials. */
export type Material = Credentials & {
  /** Paths as they are called, with and without a meaning. */
  readonly paths: readonly string[];
  readonly bodies: readonly {
    readonly method: string;
    readonly path: string;
    readonly fields: readonly string[];
  }[];
  /** Values that are good for some field. */
  readonly values: Readonly<Record<string, readonly unknown[]>>;
};

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const ODD_METHODS = ["PROPFIND", "BREW", "get", "LOCK", "X-Y", "M-SEARCH"];

/** The fields of a route: with care, from values that are good for them; or with anything anywhere. */
function bodyOf(fields: readonly string[], values: Material["values"]) {
  const all = Object.values(values).flat();
  const fitting = (field: string) => fc.constantFrom(...(values[field] ?? all));
  const anyName = fc.oneof(fc.constantFrom(...Object.keys(values)), oddText);
  const careful = (field: string) => fc.tuple(fc.constant(field), fitting(field));
  const careless = (field: string) =>
    fc.tuple(
      fc.oneof({ weight: 8, arbitrary: fc.constant(field) }, anyName),
      fc.oneof({ weight: 3, arbitrary: fitting(field) }, fc.constantFrom(...all), oddValue),
    );
  return fc.oneof(entriesOf(fields.map(careful)), entriesOf(fields.map(careless)));
}

/** JSON of these entries, one in five of them left out. */
const entriesOf = (entries: readonly fc.Arbitrary<[string, unknown]>[]) =>
  fc
    .tuple(...entries.map((entry) => fc.option(entry, { freq: 4 })))
    .map((list) => JSON.stringify(Object.fromEntries(list.filter((entry) => entry !== null))));

function suffix(values: readonly unknown[]) {
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

/** Requests over every route, method and header: some nearly right, some quite wrong. */
export function hostileRequests(material: Material): fc.Arbitrary<HostileRequest> {
  const headers = headersFrom(material);
  const ending = suffix(Object.values(material.values).flat());
  const method = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...METHODS) },
    fc.constantFrom(...ODD_METHODS),
  );
  const anywhere = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...material.paths) },
    { weight: 1, arbitrary: oddText.map((text) => `/${encodeURI(text.toWellFormed())}`) },
    { weight: 1, arbitrary: oddText.map((text) => `/api/auth/${encodeURIComponent(text.toWellFormed())}`) },
  );
  const wrong = fc
    .tuple(method, anywhere, ending, headers, contentType, junk)
    .map(([verb, path, end, more, type, body]) => ({
      method: verb,
      path: path + end,
      headers: [type, ...more],
      body,
    }));
  const nearlyRight = fc.constantFrom(...material.bodies).chain((route) =>
    fc
      .tuple(
        headers,
        contentType,
        fc.oneof({ weight: 9, arbitrary: bodyOf(route.fields, material.values) }, junk),
      )
      .map(([more, type, body]) => ({
        method: route.method,
        path: route.path,
        headers: [type, ...more],
        body,
      })),
  );
  return fc.oneof(wrong, nearlyRight).map(withoutBody);
}

/** GET and HEAD cannot have one. */
const withoutBody = (request: HostileRequest): HostileRequest =>
  /^(?:get|head)$/i.test(request.method) ? { ...request, body: null } : request;
