const bytes = (text: string) => new Uint8Array(new TextEncoder().encode(text));
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const KIB = 1024;

/** A body that no route may take: what it is, its bytes or stream, and what it must be answered with. */
export type BadBody = {
  readonly what: string;
  readonly status: number;
  readonly code: string;
  /** What its one problem says, which is of no field. */
  readonly problem?: RegExp;
  readonly body: () => string | Uint8Array<ArrayBuffer> | null;
  /** `application/json` alone, where nothing else is said. */
  readonly headers?: Readonly<Record<string, string>>;
};

const JSON_TYPE = { "Content-Type": "application/json" };

const malformed = (what: string, body: BadBody["body"]): BadBody => ({
  ...{ what, body },
  ...{ status: 400, code: "malformed_json" },
});

const unfit = (what: string, body: string): BadBody => ({
  ...{ what, body: () => body },
  ...{ status: 400, code: "validation_failed" },
});

const noObject = (what: string, body: string): BadBody => ({
  ...unfit(what, body),
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
  malformed("nothing", () => ""),
  malformed("no body at all", () => null),
  malformed("a space", () => " "),
  malformed("JSON that is cut off", () => '{"email":"ada@example.com","passw'),
  malformed("two values", () => "{}{}"),
  malformed("a comma too many", () => '{"email":"ada@example.com",}'),
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
  noObject("a list", "[]"),
  noObject("a list of objects", '[{"email":"ada@example.com"}]'),
  noObject("a string", '"text"'),
  noObject("a number", "12345"),
  noObject("null", "null"),
  noObject("true", "true"),
  unfit("nothing in it", "{}"),
  { ...unfit("33 levels of nesting", `{"deep":${nested(32)}}`), problem: /nested too deeply/ },
  { ...unfit("33 levels of lists", nested(33)), problem: /nested too deeply/ },
  { ...unfit("30,000 levels of nesting", nested(30_000)), problem: /nested too deeply/ },
  ofType("text/plain"),
  ofType("text/json"),
  ofType("application/x-www-form-urlencoded"),
  ofType("multipart/form-data; boundary=x"),
  ofType("application/jsonx"),
  ofType("application/problem+json"),
  ofType("text/plain; application/json"),
  { ...ofType("nothing"), what: "no type", body: () => bytes("{}"), headers: {} },
  tooLarge("70 KiB", () => JSON.stringify({ email: "e".repeat(70 * KIB) })),
  tooLarge("one byte more than 64 KiB", () => JSON.stringify("e".repeat(64 * KIB - 1))),
  tooLarge("a password of 1 MiB", () => JSON.stringify({ password: "p".repeat(KIB * KIB) })),
  tooLarge("70 KiB of spaces", () => " ".repeat(70 * KIB)),
  // The runtime leaves these as they are written: it does not correct what a header claims.
  ...["10", "ten", "-1", "0"].map((length) => ({
    ...tooLarge(`70 KiB under a Content-Length of ${length}`, () => " ".repeat(70 * KIB)),
    headers: { ...JSON_TYPE, "Content-Length": length },
  })),
];

/** What one field may not hold, as JSON, on any route. */
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
  // With the object around them 32 levels, as many as may be: what is wrong is the field.
  ["31 levels of lists", nested(31)],
];

/** Keys that no sign-up, sign-in or change of one's own account may have. */
export const foreignKeys: readonly string[] = [
  ...["role", "isVerified", "emailVerifiedAt", "isActive", "status", "id", "userId", "accountId"],
  ...["passwordHash", "password_hash", "createdAt", "__proto__", "constructor", "prototype", "toString", ""],
];

/** 10 MiB in pieces of 16 KiB, and how much of it somebody has read. */
export function longStream() {
  const seen = { pulled: 0, cancelled: false };
  const piece = bytes(" ".repeat(16 * KIB));
  const source: UnderlyingSource<Uint8Array> = {
    pull(controller) {
      seen.pulled += 1;
      if (seen.pulled > 640) controller.close();
      else controller.enqueue(piece);
    },
    cancel() {
      seen.cancelled = true;
    },
  };
  return { stream: new ReadableStream<Uint8Array>(source, { highWaterMark: 0 }), seen };
}
