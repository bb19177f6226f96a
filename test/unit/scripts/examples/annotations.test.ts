import { describe, expect, it } from "vitest";
import { checkRunBy } from "../../../../scripts/check/examples/check-run-by.ts";
import type { Example } from "../../../../scripts/check/examples/example.ts";
import { examplesForTest } from "../../../../scripts/check/examples/examples-for-test.ts";
import { judgeMark, kindOf } from "../../../../scripts/check/examples/kinds.ts";
import { readPages } from "../../../../scripts/check/examples/pages.ts";
import { readMarkdown } from "../../../../scripts/check/examples/read-markdown.ts";

const messages = (problems: readonly { message: string }[]) =>
  problems.map((problem) => problem.message).join("\n");
const page = (text: string) => readMarkdown("docs/x.md", text);

describe("marks", () => {
  it("accepts blocks that are run, that state why they are not run, or that need no mark", () => {
    const text = [
      "<!-- example: run -->\n```bash\ncurl x\n```",
      "<!-- example: not run: it needs an account -->\n```bash\nnpx wrangler deploy\n```",
      "<!-- example: not run: it needs a user\ngiven: declare const n: number; -->\n```ts\nexport const m = n;\n```",
      '<!-- example: run by worker/x as a-json -->\n```json\n{"a": 1}\n```',
      "<!-- example: run by x as y\ngiven:\ndeclare const n: number; -->\n```ts\nexport const m = n;\n```",
      "```ini\nA=1\n```",
      "<!-- walk -->\n```bash\ntrue\n```\n<!-- end of walk -->",
    ].join("\n\n");
    const { examples, problems } = page(text);
    expect(examples.map(({ mark }) => mark?.kind ?? null)).toEqual([
      ...["run", "not-run", "not-run", "run-by", "run-by", null, "run"],
    ]);
    expect(examples[2]?.mark).toMatchObject({
      reason: "it needs a user",
      declarations: "declare const n: number;",
    });
    expect(examples[4]?.mark).toMatchObject({
      test: "x",
      name: "y",
      declarations: "declare const n: number;",
    });
    expect([...problems, ...examples.flatMap(judgeMark)]).toEqual([]);
  });

  it.each(["bash", "ts", "js", "toml", "sql", "json", "yaml"])(
    "reports an unmarked %s block and the mark to write",
    (language) => {
      const [problem] = page(`text\n\n\`\`\`${language}\nnpm run dev\n\`\`\`\n`).examples.flatMap(judgeMark);
      expect(problem).toMatchObject({ file: "docs/x.md", line: 4 });
      expect(problem?.message).toContain("<!-- example: not run: <why> -->");
    },
  );

  it("reports a block whose test does not exist, does not read it, or has another block of that name", () => {
    const runBy = (name: string, test = "x") =>
      ({
        file: "docs/x.md",
        line: 1,
        language: "ts",
        code: "",
        mark: { kind: "run-by", test, name, declarations: null },
      }) satisfies Example;
    const read = (test: string) => (test === "x" ? 'take("one")' : null);
    expect(checkRunBy([runBy("one")], read)).toEqual([]);
    expect(messages(checkRunBy([runBy("one"), runBy("one")], read))).toContain(
      'another block has the mark "run by x as one"',
    );
    expect(messages(checkRunBy([runBy("two")], read))).toContain('reads no block named "two"');
    expect(messages(checkRunBy([runBy("one", "y")], read))).toContain("there is no test/y.test.ts");
  });

  it("returns to a test the blocks that it runs, and no others", () => {
    const take = examplesForTest("x", [page("<!-- example: run by x as y -->\n```sql\nSELECT 1;\n```\n")]);
    expect(take("y").code).toBe("SELECT 1;\n");
    expect(() => take("z")).toThrow("no page has <!-- example: run by x as z -->");
  });

  it.each([
    ["```cobol\nX\n```", "```cobol has no check"],
    ["```\nnpm install\n```", "begin it with ```bash"],
    ["<!-- example: run -->\n```json\n{}\n```", '"run" is for bash'],
    ["<!-- example: run by x as y given: x -->\n```bash\ntrue\n```", '"given" is for TypeScript'],
    ["<!-- example: not run: it needs x given: x -->\n```bash\ntrue\n```", '"given" is for TypeScript'],
  ])("reports %j", (text, reason) => {
    expect(messages(page(text).examples.flatMap(judgeMark))).toContain(reason);
  });

  it.each([
    ["<!-- example: not run -->\n```bash\ntrue\n```", "is invalid"],
    ["<!-- example: not run: no -->\n```bash\ntrue\n```", "is invalid"],
    ["<!-- example: run by x -->\n```bash\ntrue\n```", "is invalid"],
    ["<!-- example: given: x -->\n```ts\nx;\n```", "is invalid"],
    ["<!-- example: run -->\n\ntext\n", "has no block"],
  ])("reports the mark of %j", (text, reason) => {
    expect(messages(page(text).problems)).toContain(reason);
  });
});

describe("the pages of this repository", () => {
  it("every block of the pages is run or states why it is not", () => {
    const pages = [...readPages().values()];
    const examples = pages.flatMap((one) => one.examples);
    expect(examples.length).toBeGreaterThan(20);
    expect(examples.flatMap(judgeMark)).toEqual([]);
    expect(examples.map(kindOf)).not.toContain(null);
    expect(pages.flatMap((one) => one.problems)).toEqual([]);
  });
});
