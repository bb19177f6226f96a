import { describe, expect, it } from "vitest";
import { checkLeft } from "../../../../scripts/check/examples/check-left.ts";
import type { Example } from "../../../../scripts/check/examples/example.ts";
import { judgeMark, kindOf } from "../../../../scripts/check/examples/kinds.ts";
import { leftTo } from "../../../../scripts/check/examples/left-to.ts";
import { readPages } from "../../../../scripts/check/examples/pages.ts";
import { readMarkdown } from "../../../../scripts/check/examples/read-markdown.ts";

const says = (problems: readonly { says: string }[]) => problems.map((problem) => problem.says).join("\n");
const page = (text: string) => readMarkdown("docs/x.md", text);

describe("marks", () => {
  it("passes what is run, what says why it is not, and what is checked without a mark", () => {
    const text = [
      "<!-- example: run -->\n```bash\ncurl x\n```",
      "<!-- example: not run: it needs an account -->\n```bash\nnpx wrangler deploy\n```",
      '<!-- example: run by worker/x as a-json -->\n```json\n{"a": 1}\n```',
      "<!-- example: run by x as y\ngiven:\ndeclare const n: number; -->\n```ts\nexport const m = n;\n```",
      "```ini\nA=1\n```",
      "<!-- walk -->\n```bash\ntrue\n```\n<!-- end of walk -->",
    ].join("\n\n");
    const { examples, problems } = page(text);
    expect(examples.map(({ mark }) => mark?.kind ?? null)).toEqual([
      ...["run", "not-run", "run-by", "run-by", null, "run"],
    ]);
    expect(examples[3]?.mark).toMatchObject({
      test: "x",
      name: "y",
      declarations: "declare const n: number;",
    });
    expect([...problems, ...examples.flatMap(judgeMark)]).toEqual([]);
  });

  it.each(["bash", "ts", "js", "toml", "sql", "json", "yaml"])(
    "fails a block of %s that nobody runs, and says what to write",
    (language) => {
      const [problem] = page(`text\n\n\`\`\`${language}\nnpm run dev\n\`\`\`\n`).examples.flatMap(judgeMark);
      expect(problem).toMatchObject({ file: "docs/x.md", line: 4 });
      expect(problem?.says).toContain("<!-- example: not run: <why> -->");
    },
  );

  it("fails a block whose test is not there, does not take it, or takes another by that name", () => {
    const left = (name: string, test = "x") =>
      ({
        file: "docs/x.md",
        line: 1,
        language: "ts",
        code: "",
        mark: { kind: "run-by", test, name, declarations: null },
      }) satisfies Example;
    const read = (test: string) => (test === "x" ? 'take("one")' : null);
    expect(checkLeft([left("one")], read)).toEqual([]);
    expect(says(checkLeft([left("one"), left("one")], read))).toContain("another block is run by x as one");
    expect(says(checkLeft([left("two")], read))).toContain('takes no block by the name "two"');
    expect(says(checkLeft([left("one", "y")], read))).toContain("there is no test/y.test.ts");
  });

  it("gives a test the blocks that are left to it, and no others", () => {
    const take = leftTo("x", [page("<!-- example: run by x as y -->\n```sql\nSELECT 1;\n```\n")]);
    expect(take("y").code).toBe("SELECT 1;\n");
    expect(() => take("z")).toThrow("no page has <!-- example: run by x as z -->");
  });

  it.each([
    ["```cobol\nX\n```", "nobody here can check ```cobol"],
    ["```\nnpm install\n```", "begin it with ```bash"],
    ["<!-- example: run -->\n```json\n{}\n```", '"run" is for bash'],
    ["<!-- example: run by x as y given: x -->\n```bash\ntrue\n```", '"given" is for TypeScript'],
  ])("fails %j", (text, reason) => {
    expect(says(page(text).examples.flatMap(judgeMark))).toContain(reason);
  });

  it.each([
    ["<!-- example: not run -->\n```bash\ntrue\n```", "is none"],
    ["<!-- example: not run: no -->\n```bash\ntrue\n```", "is none"],
    ["<!-- example: run by x -->\n```bash\ntrue\n```", "is none"],
    ["<!-- example: given: x -->\n```ts\nx;\n```", "is none"],
    ["<!-- example: run -->\n\ntext\n", "stands above no block"],
  ])("fails the mark of %j", (text, reason) => {
    expect(says(page(text).problems)).toContain(reason);
  });
});

describe("the pages of this repository", () => {
  it("have no block of which nobody says what becomes of it", () => {
    const pages = [...readPages().values()];
    const examples = pages.flatMap((one) => one.examples);
    expect(examples.length).toBeGreaterThan(20);
    expect(examples.flatMap(judgeMark)).toEqual([]);
    expect(examples.map(kindOf)).not.toContain(null);
    expect(pages.flatMap((one) => one.problems)).toEqual([]);
  });
});
