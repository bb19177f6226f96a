import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

// `npm run vocabulary`: names and sentences of the code use the terms of the field's standards. This check rejects the
// words of the private vocabulary that the code had before (docs/decisions/031).

const DIRECTORIES = ["src", "test", "scripts", "bench", "examples"];

/** Words that have a plain replacement in every sentence. */
const WORDS = [
  "somebody",
  "nobody",
  "whoever",
  "whosoever",
  "stranger",
  "strangers",
  "clockwork",
  "anew",
  "blotted",
  "misfortune",
  "misfortunes",
  "traveller",
  "mended",
  "mends",
  "mend",
];

/** Phrases with a meaning that only this project gave them. */
const PHRASES = [
  "way in",
  "ways in",
  "way on",
  "the house",
  "a house",
  "whose word",
  "second step",
  "first step",
  "look twice",
  "looks twice",
  "strike out",
  "struck out",
  "comes to its account",
  "login code",
  "one-time link",
  "the trail",
];

/** Names that were replaced; `_` and `-` forms are matched too. */
const NAMES = [
  "goOn",
  "comeIn",
  "wayOn",
  "waysIn",
  "sendOn",
  "sendInside",
  "mailedWay",
  "toWelcome",
  "keepInCookies",
  "provenPerson",
  "stillProven",
  "whyNot",
  "confirmOwner",
  "isVisit",
  "turnAway",
  "openKit",
  "pageKit",
  "aSuperuserStays",
  "stillThere",
  "isNews",
  "wontStart",
  "patientD1",
  "orTooLate",
  "lookTwice",
  "secondStep",
  "firstStep",
  "oneTimeLink",
  "oneTimeLinks",
  "loginCodes",
  "humanProofs",
  "accountLock",
  "madeUpPeople",
];

/** Files that contain such a word for another reason. */
const EXCEPTIONS: Readonly<Record<string, RegExp>> = {
  // The list itself.
  "scripts/check/vocabulary.ts": /./,
  // Texts of pages and documents, which have not been rewritten yet.
  "test/examples/documented.test.ts": /Hello, whoever you are/,
  "test/worker/admin/pages/admin.test.ts": /Nobody fits that|Somebody has an account/,
  "test/worker/registration/email-tokens/expired-token-pages.test.ts": /whoever invited you/,
  // Names before migration 0008.
  "test/unit/db/standard-names-migration.test.ts": /./,
  "test/worker/messaging/outbox/outbox.test.ts": /former|second_step|ways_in/,
};

const dashed = (name: string) => name.replace(/[A-Z]/g, (letter) => `[-_]${letter.toLowerCase()}`);

const pattern = new RegExp(
  [
    `\\b(?:${[...WORDS, ...PHRASES].join("|")})\\b`,
    `\\b(?:${NAMES.map(dashed).join("|")})\\b`,
    `(?:\\b|_)(?:${NAMES.flatMap((name) => [name, name[0]?.toUpperCase() + name.slice(1)]).join("|")})(?![a-z])`,
  ].join("|"),
);
const insensitive = new RegExp(`\\b(?:${[...WORDS, ...PHRASES].join("|")})\\b`, "i");

const files = execFileSync("git", ["ls-files", ...DIRECTORIES], { encoding: "utf8" })
  .trim()
  .split("\n")
  .filter((file) => /\.(?:[cm]?[jt]sx?|sh|sql|toml)$/.test(file));

const found = files.flatMap((file) =>
  readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line, index) => {
      const [word] = insensitive.exec(line) ?? pattern.exec(line) ?? [];
      return word !== undefined && !EXCEPTIONS[file]?.test(line) ? [`${file}:${index + 1}: ${word}`] : [];
    }),
);

if (found.length > 0) {
  console.error(`${found.join("\n")}\n\n${found.length} words of the private vocabulary.`);
  process.exitCode = 1;
} else {
  console.log(`${files.length} files use the standard vocabulary.`);
}
