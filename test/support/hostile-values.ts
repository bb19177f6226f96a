import fc from "fast-check";

const ODD_TEXTS = [
  ...[
    "",
    " ",
    "\u0000",
    "\ud800",
    "\udfff a",
    "\ufeff",
    "\u202e",
    "\r\n",
    "a\r\nSet-Cookie: a=b",
    "%00",
    "%",
    "%zz",
  ],
  ...["null", "undefined", "NaN", "true", "-1", "0", "1e999", "__proto__", "constructor", "toString"],
  ...[
    "' OR '1'='1",
    '"; DROP TABLE accounts; --',
    "{{7*7}}",
    "<script>alert(1)</script>",
    "../../etc/passwd",
  ],
  ...[
    "ada@example.com,eve@example.com",
    "ada@example.com%0aBcc:eve@example.com",
    "a@b",
    "ＡＤＡ＠example.com",
    "\u0130@example.com",
  ],
  ...[
    "javascript:alert(1)",
    "//evil.example",
    "😀".repeat(200),
    "a".repeat(5_000),
    "٠١٢٣٤٥",
    "000000",
    "９９９９９９",
  ],
];

/** Unusual text: control characters, injections, lookalikes and long strings. */
export const oddText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ODD_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
);

export const oddValue = fc.oneof(
  { weight: 4, arbitrary: oddText },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, -1, 4.2, 1e308, 2 ** 53, true, false, null, [], {}, [[]], { $ne: "" }),
  },
);

const anyBytes = fc.uint8Array({ maxLength: 200 }).map((array) => new Uint8Array(array));

/** A body that fits no route. */
export const anyBody = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  anyBytes,
  fc.json({ maxDepth: 5 }),
  fc.constantFrom(
    "",
    "{",
    "[]",
    "null",
    '""',
    "{}{}",
    "{'a':1}",
    '{"a":1,}',
    "[".repeat(20_000),
    " ".repeat(70_000),
  ),
  fc.constantFrom(
    '{"__proto__":{"role":"admin"}}',
    '{"email":"a","email":{"$gt":""}}',
    '{"a":1e400}',
    "\ufeff{}",
  ),
);

/** Printable ASCII without line breaks. For other bytes workerd logs a warning each time. */
const headerText = fc.oneof(
  oddText.map((text) => text.replace(/[^\t\x20-\x7e]/g, "").slice(0, 2_000)),
  fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    maxLength: 40,
  }),
);

const header = (name: string, ...values: readonly string[]) =>
  fc
    .oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: headerText })
    .map((value) => [name, value] as const);

/** The valid credentials among the headers. */
export type Credentials = { readonly tokens: readonly string[]; readonly cookies: readonly string[] };

/** Up to five headers, each valid, almost valid or invalid. */
export function headersFrom({ tokens, cookies }: Credentials) {
  const bearers = tokens.flatMap((token) => [
    `Bearer ${token}`,
    `bearer  ${token} `,
    `Bearer ${token}x`,
    `DPoP ${token}`,
  ]);
  const schemes = [
    "Bearer",
    "Bearer ",
    "Basic YTpi",
    "Bearer a.b.c",
    "Bearer ..",
    "Bearer eyJhbGciOiJub25lIn0.e30.",
  ];
  const ips = [
    "192.0.2.7",
    "2001:db8::1",
    "::ffff:192.0.2.7",
    "::",
    "1.2.3.4, 5.6.7.8",
    "unknown",
    "999.1.1.1",
    "fe80::1%0",
  ];
  const origins = [
    "http://gatehouse.test",
    "https://evil.example",
    "null",
    "http://gatehouse.test.evil.example",
  ];
  return fc.array(
    fc.oneof(
      { weight: 3, arbitrary: header("Authorization", ...bearers, ...schemes) },
      header(
        "Cookie",
        ...cookies,
        ...cookies.map((cookie) => `${cookie}x`),
        "__Host-gh_access=",
        "a",
        ";;==;",
        "=;=",
      ),
      header("X-CSRF-Token", ...tokens, "1.2.3", "99999999999.a.b", "..", "9".repeat(400)),
      header("Origin", ...origins),
      header("Sec-Fetch-Site", "same-origin", "cross-site", "none", "x"),
      header("CF-Connecting-IP", ...ips),
      header("X-Forwarded-For", ...ips),
      header("X-Forwarded-Host", "evil.example", "a b"),
      header("User-Agent", "a", "x".repeat(4_000)),
      header("Accept", "*/*", "text/html", "application/json", "x/y;q=a"),
      header("Accept-Language", "en", "*", "x".repeat(300)),
      header("Content-Length", "0", "-1", "ten", "99999999999999999999"),
      header("Transfer-Encoding", "chunked", "gzip"),
      header("If-None-Match", "*", 'W/"a"'),
      header("X-Request-Id", "mine", crypto.randomUUID()),
      fc.tuple(fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}$/), headerText),
    ),
    { maxLength: 5 },
  );
}

const ODD_TYPES = [
  "application/json; charset=utf-8",
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/json;",
  "APPLICATION/JSON",
];

/** `application/json` in most cases. */
export const contentType = fc
  .oneof({ weight: 7, arbitrary: fc.constant("application/json") }, fc.constantFrom(...ODD_TYPES), headerText)
  .map((type) => ["Content-Type", type] as const);
