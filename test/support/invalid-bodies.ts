const bytes = (text: string) => new Uint8Array(new TextEncoder().encode(text));
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const KIB = 1024;

/** A body that every route must reject: a description, its bytes, and the expected status and error code. */
export type BadBody = {
  readonly what: string;
  readonly status: number;
  readonly code: string;
  /** The message of the only problem in the response. The problem names no field. */
  readonly problem?: RegExp;
  readonly body: () => string | Uint8Array<ArrayBuffer> | null;
  /** Default: `Content-Type: application/json` only. */
  readonly headers?: Readonly<Record<string, string>>;
};

const JSON_TYPE = { "Content-Type": "application/json" };

const malformed = (what: string, body: BadBody["body"]): BadBody => ({
  ...{ what, body },
  ...{ status: 400, code: "malformed_json" },
});

const invalid = (what: string, body: string): BadBody => ({
  ...{ what, body: () => body },
  ...{ status: 400, code: "validation_failed" },
});

const notAnObject = (what: string, body: string): BadBody => ({
  ...invalid(what, body),
  problem: /^Must be an object\.$/,
});

const ofType = (type: string): BadBody => ({
  what: `the type ${type}`,
  body: () => "{}",
  headers: { "Content-Type": type },
  ...{ status: 415, code: "unsupported_media_type" },
});

const tooLarge = (what: string, body: BadBody["body"]): BadBody => ({
  ...{ what, body },
  ...{ status: 413, code: "payload_too_large" },
});

export const badBodies: readonly BadBody[] = [
  malformed("an empty body", () => ""),
  malformed("no body at all", () => null),
  malformed("a space", () => " "),
  malformed("truncated JSON", () => '{"email":"ada@example.com","passw'),
  malformed("two values", () => "{}{}"),
  malformed("a trailing comma", () => '{"email":"ada@example.com",}'),
  malformed("single quotes", () => "{'email':'ada@example.com'}"),
  malformed("a comment", () => "{/* email */}"),
  malformed("NaN", () => '{"age":NaN}'),
  malformed("a raw line break in a string", () => '{"name":"A\nB"}'),
  malformed("a raw NUL", () => "\0"),
  malformed("a form", () => "email=ada%40example.com"),
  malformed("a byte that is not UTF-8", () => new Uint8Array([...bytes('{"name":"'), 0xff, ...bytes('"}')])),
  malformed("an overlong NUL", () => new Uint8Array([...bytes('{"name":"'), 0xc0, 0x80, ...bytes('"}')])),
  malformed(
    "a surrogate in bytes",
    () => new Uint8Array([...bytes('{"name":"'), 0xed, 0xa0, 0x80, ...bytes('"}')]),
  ),
  malformed("UTF-16", () => new Uint8Array([0xff, 0xfe, 0x7b, 0, 0x7d, 0])),
  notAnObject("a list", "[]"),
  notAnObject("a list of objects", '[{"email":"ada@example.com"}]'),
  notAnObject("a string", '"text"'),
  notAnObject("a number", "12345"),
  notAnObject("null", "null"),
  notAnObject("true", "true"),
  invalid("an empty object", "{}"),
  { ...invalid("33 levels of nesting", `{"deep":${nested(32)}}`), problem: /nested too deeply/ },
  { ...invalid("33 levels of lists", nested(33)), problem: /nested too deeply/ },
  { ...invalid("30,000 levels of nesting", nested(30_000)), problem: /nested too deeply/ },
  ofType("text/plain"),
  ofType("text/json"),
  ofType("application/x-www-form-urlencoded"),
  ofType("multipart/form-data; boundary=x"),
  ofType("application/jsonx"),
  ofType("application/problem+json"),
  ofType("text/plain; application/json"),
  { ...ofType("none"), what: "no type", body: () => bytes("{}"), headers: {} },
  tooLarge("70 KiB", () => JSON.stringify({ email: "e".repeat(70 * KIB) })),
  tooLarge("one byte more than 64 KiB", () => JSON.stringify("e".repeat(64 * KIB - 1))),
  tooLarge("a password of 1 MiB", () => JSON.stringify({ password: "p".repeat(KIB * KIB) })),
  tooLarge("70 KiB of spaces", () => " ".repeat(70 * KIB)),
  // workerd passes a wrong Content-Length on unchanged.
  ...["10", "ten", "-1", "0"].map((length) => ({
    ...tooLarge(`70 KiB under a Content-Length of ${length}`, () => " ".repeat(70 * KIB)),
    headers: { ...JSON_TYPE, "Content-Length": length },
  })),
];

/** JSON values that a field must reject on every route. */
export const badValues: readonly (readonly [what: string, json: string])[] = [
  ["a fraction", "4.2"],
  ["true", "true"],
  ["a list", '["ada@example.com"]'],
  ["an object", '{"$ne":""}'],
  ["an empty list", "[]"],
  ["null", "null"],
  ["NUL", '"a quiet\\u0000lighthouse"'],
  ["a lone high surrogate", '"a quiet \\ud800 lighthouse"'],
  ["a lone low surrogate", '"a quiet lighthouse \\udc00"'],
  ["60,000 characters", JSON.stringify("x".repeat(60_000))],
  // 32 levels with the object around them, which is the limit. So the error is about the field.
  ["31 levels of lists", nested(31)],
];

/** Keys that registration, login and profile updates must reject (mass assignment). */
export const disallowedKeys: readonly string[] = [
  ...["role", "isVerified", "emailVerifiedAt", "isActive", "status", "id", "userId", "accountId"],
  ...["passwordHash", "password_hash", "createdAt", "__proto__", "constructor", "prototype", "toString", ""],
];

/** A stream of 10 MiB in chunks of 16 KiB. `seen` counts the chunks that the service read. */
export function longStream() {
  const seen = { pulled: 0, cancelled: false };
  const chunk = bytes(" ".repeat(16 * KIB));
  const source: UnderlyingSource<Uint8Array> = {
    pull(controller) {
      seen.pulled += 1;
      if (seen.pulled > 640) controller.close();
      else controller.enqueue(chunk);
    },
    cancel() {
      seen.cancelled = true;
    },
  };
  return { stream: new ReadableStream<Uint8Array>(source, { highWaterMark: 0 }), seen };
}
