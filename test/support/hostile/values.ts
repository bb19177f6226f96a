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
