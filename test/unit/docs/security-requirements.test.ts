import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** The requirements of OWASP ASVS 5.0 by level: "2.2.1-2" is 2.2.1 and 2.2.2. */
const ASVS = {
  1: `1.2.1-5 1.3.1-2 1.5.1 2.1.1 2.2.1-2 2.3.1 3.2.1-2 3.3.1 3.4.1-2 3.5.1-3 4.1.1 4.4.1 5.2.1-2 5.3.1-2
    6.1.1 6.2.1-8 6.3.1-2 6.4.1-2 7.2.1-4 7.4.1-2 8.1.1 8.2.1-2 8.3.1 9.1.1-3 9.2.1 10.4.1-5 11.3.1-2 11.4.1
    12.1.1 12.2.1-2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1`,
  2: `1.1.1-2 1.2.6-9 1.3.3-11 1.4.1-3 1.5.2 2.1.2-3 2.2.3 2.3.2-4 2.4.1 3.3.2-4 3.4.3-6 3.5.4-5 3.7.1-2
    4.1.2-3 4.2.1 4.3.1-2 4.4.2-4 5.1.1 5.2.3 5.4.1-3 6.1.2-3 6.2.9-12 6.3.3-4 6.4.3-4 6.5.1-5 6.6.1-3 6.8.1-4
    7.1.1-3 7.3.1-2 7.4.3-5 7.5.1-2 7.6.1-2 8.1.2 8.2.3 8.4.1 9.2.2-4 10.1.1-2 10.2.1-2 10.3.1-4 10.4.6-11
    10.5.1-5 10.6.1-2 10.7.1-3 11.1.1-2 11.2.1-3 11.3.3 11.4.2-4 11.5.1 11.6.1 12.1.2-3 12.3.1-4 13.1.1
    13.2.1-5 13.3.1-2 13.4.2-5 14.1.1-2 14.2.2-4 14.3.2-3 15.1.2-3 15.2.2-3 15.3.2-7 16.1.1 16.2.1-5 16.3.1-4
    16.4.1-3 16.5.1-3 17.1.1 17.2.1-4 17.3.1-2`,
} as const;

/** Every number of a range: "1.2.6" to "8" is 1.2.6, 1.2.7 and 1.2.8. */
function numbersFrom(first: string, last: string | undefined): string[] {
  const [chapter, section, from] = first.split(".");
  const count = last === undefined ? 1 : Number(last) - Number(from) + 1;
  return Array.from({ length: count }, (_, index) => `${chapter}.${section}.${Number(from) + index}`);
}

const required = (level: 1 | 2): string[] =>
  ASVS[level].split(/\s+/).flatMap((range) => {
    const [first = "", last] = range.split("-");
    return numbersFrom(first, last);
  });

const read = (page: string): string => readFileSync(`docs/${page}.md`, "utf8");

/** The items of lists, each on one line. */
const itemsOf = (text: string, item: RegExp): string[] =>
  text
    .split(new RegExp(`^(?=${item.source})|\\n\\n`, "m"))
    .filter((part) => item.test(part))
    .map((part) => part.trim().replace(/\s+/g, " "));

const TEST_NAME = /^(?:browser|bundle|contracts|examples|flows|rpc|scripts|unit|worker)\/[\w/-]+$/;

describe.each(["security", "asvs"])("docs/%s.md", (page) => {
  const inlineCode = [...read(page).matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);

  it("names only tests that exist", () => {
    const names = inlineCode.filter((code) => TEST_NAME.test(code));
    expect(names.length).toBeGreaterThan(50);
    expect(
      names.filter((name) => !existsSync(`test/${name}.test.ts`) && !existsSync(`test/${name}`)),
    ).toEqual([]);
  });

  it("names only files that exist", () => {
    const paths = inlineCode.filter((code) => /^(?:src|test|scripts|public)\/[\w./-]*$/.test(code));
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });
});

describe("docs/security.md", () => {
  const requirements = itemsOf(read("security"), /\d+\. /);

  it("has each requirement from 1 to 66 once", () => {
    expect(requirements.map((item) => Number.parseInt(item, 10))).toEqual(
      Array.from({ length: 66 }, (_, index) => index + 1),
    );
  });

  it("gives each requirement a test or says that it is open", () => {
    expect(requirements.filter((item) => !/ - (?:Tests: `|Open: )/.test(item))).toEqual([]);
  });
});

describe("docs/asvs.md", () => {
  const text = read("asvs");
  const items = itemsOf(text, /- \d+\.\d+\.\d+/);
  const entries = items.flatMap((item) => {
    const [, numbers = "", level, status] =
      /^- ([\d.,– ]+) \(level ([12])\) (Met|Not applicable|Open): \S/.exec(item) ?? [];
    return numbers.split(", ").flatMap((range) => {
      const [first = "", last] = range.split("–");
      return numbersFrom(first, last?.split(".").at(-1)).map((number) => ({ number, level, status }));
    });
  });

  it.each([1, 2] as const)("has every requirement of level %i once", (level) => {
    const listed = entries.filter((entry) => entry.level === String(level)).map(({ number }) => number);
    expect(listed.sort()).toEqual(required(level).sort());
  });

  it("names a test, a file, a page or a decision for each requirement that is met", () => {
    const met = items.filter((item) => item.includes(") Met: "));
    const unproven = met.filter((item) => !/`[\w-]+\/[\w./-]+`|\]\(|decision \d{3}/.test(item));
    // No code makes a password expire, and the platform verifies certificates.
    expect(unproven.map((item) => item.split(" ")[1])).toEqual(["6.2.10", "12.3.2"]);
  });

  it("counts its requirements in its table", () => {
    for (const level of ["1", "2"]) {
      const ofLevel = entries.filter((entry) => entry.level === level);
      const counts = ["Met", "Not applicable", "Open"].map(
        (wanted) => ofLevel.filter(({ status }) => status === wanted).length,
      );
      const row = text.split("\n").find((line) => new RegExp(`^\\| ${level} `).test(line)) ?? "";
      expect(row.match(/\d+/g)).toEqual([level, ...counts, ofLevel.length].map(String));
    }
  });

  it("names the requirements of level 1 that are open", () => {
    const open = entries.filter(({ level, status }) => level === "1" && status === "Open");
    const sentence = /open requirements of level 1 are ([\d., ]+)\./.exec(text.replace(/\s+/g, " "))?.[1];
    expect(sentence?.split(", ")).toEqual(open.map(({ number }) => number));
  });
});
