import { describe, expect, it } from "vitest";
import {
  type Command,
  checkNpm,
  checkWrangler,
  commandsIn,
} from "../../../scripts/examples/check-commands.ts";
import {
  checkJson,
  checkSql,
  checkVariableLines,
  checkWorkflow,
} from "../../../scripts/examples/check-data.ts";
import { checkLeft } from "../../../scripts/examples/check-left.ts";
import { checkLinks } from "../../../scripts/examples/check-links.ts";
import { checkPrograms } from "../../../scripts/examples/check-programs.ts";
import { checkShell } from "../../../scripts/examples/check-shell.ts";
import {
  checkReaders,
  checkVariables,
  documentedVariables,
} from "../../../scripts/examples/check-variables.ts";
import { checkWranglerConfig } from "../../../scripts/examples/check-wrangler-config.ts";
import type { Example } from "../../../scripts/examples/example.ts";
import { judgeMark, kindOf } from "../../../scripts/examples/kinds.ts";
import { leftTo } from "../../../scripts/examples/left-to.ts";
import { readPages } from "../../../scripts/examples/pages.ts";
import { readMarkdown } from "../../../scripts/examples/read-markdown.ts";
import { createScratchDirectory } from "../../../scripts/scratch-directory.ts";

const block = (language: string, code: string, more: Partial<Example> = {}): Example => ({
  file: "docs/x.md",
  line: 10,
  language,
  code,
  mark: null,
  ...more,
});
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
      block("ts", "", { mark: { kind: "run-by", test, name, declarations: null } });
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

describe("blocks", () => {
  it("finds the line of a mistake in shell", () => {
    expect(checkShell(block("bash", "true\n(true\n"))[0]).toMatchObject({ line: 12 });
    expect(checkShell(block("bash", 'for x in 1; do echo "$x"; done\n'))).toEqual([]);
  });

  it("reads JSON, with comments where it says so", () => {
    expect(checkJson(block("jsonc", '// why\n{"a": 1}'))).toEqual([]);
    expect(says(checkJson(block("json", "{a: 1}")))).toContain("not JSON");
  });

  it("asks the migrated schema about SQL", () => {
    expect(checkSql(block("sql", "SELECT id FROM accounts WHERE email = ?;\nSELECT 1;\n"))).toEqual([]);
    expect(says(checkSql(block("sql", "SELECT nonsense FROM accounts")))).toContain("no such column");
  });

  it("asks the service's own reader about its variables", () => {
    expect(checkVariableLines(block("ini", "LOGIN_OTP=always\n"))).toEqual([]);
    expect(says(checkVariableLines(block("ini", "LOGIN_OTP=sometimes\n")))).toContain("LOGIN_OTP must be");
  });

  it("reads the commands of a workflow", () => {
    expect(says(checkWorkflow(block("yaml", "steps:\n  - run: npm (\n")))).toContain("syntax error");
    expect(says(checkWorkflow(block("yaml", "steps:\n - run: true\n")))).toContain("two spaces");
    expect(checkWorkflow(block("yaml", "steps:\n  - run: npm ci\n"))).toEqual([]);
  });

  it("type-checks programs, each with the names that it is given and no others", { timeout: 30_000 }, () => {
    const declarations = "declare const n: number;";
    const given = { mark: { kind: "run-by", test: "x", name: "y", declarations } } as const;
    const problems = checkPrograms([
      block("ts", "const m: string = n;\n", given),
      block("ts", "export const m = n;\n"),
      block("ts", "export const kv = (env: { KV: KVNamespace }) => env.KV.get('x');\n"),
      block("js", "document.title = 'x';\n"),
      // By its sources: nothing has to be built.
      block("ts", 'export { browserSession } from "gatehouse/client/hono";\n'),
      block("ts", 'export type { paths } from "gatehouse/client/api-types";\n'),
    ]);
    expect(problems).toHaveLength(2);
    expect(problems[0]?.says).toContain("not assignable");
    expect(problems[1]?.says).toMatch(/Cannot find name 'n'.*given: declare const/);
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

describe("links and configuration", () => {
  const links = (text: string) => {
    const one = page(text);
    return says(checkLinks(one, new Map([["docs/x.md", one]])));
  };
  it("finds files and headings that are not there", () => {
    expect(
      links("# A heading, `x`\n[a](#a-heading-x) [b](../README.md) [c](https://example.com/#nowhere)"),
    ).toBe("");
    expect(links("[a](#nowhere)")).toContain("no heading for #nowhere");
    expect(links("[a](nowhere.md)")).toContain("leads nowhere");
    expect(links("`[a](nowhere.md)`\n```text\n[a](nowhere.md)\n```")).toBe("");
  });

  it("finds names of tests that are not there, in the table that names them", () => {
    const names = (file: string, text: string) => says(checkLinks(readMarkdown(file, text), new Map()));
    const known = "`worker/outbox/outbox`, `unit/avatars`, `rpc/verify`, `npm run walk`, `worker_threads`";
    expect(names("docs/security.md", known)).toBe("");
    expect(names("docs/security.md", "`worker/mail/outbox`")).toContain("no worker/mail/outbox below test/");
    expect(names("docs/x.md", "`worker/mail/outbox`")).toBe("");
  });

  it("asks wrangler about its configuration, parts of it included", { timeout: 30_000 }, async () => {
    const scratch = createScratchDirectory();
    const check = async (code: string) => says(await checkWranglerConfig(block("toml", code), scratch.path));
    try {
      expect(await check('[vars]\nX = "y"\n')).toBe("");
      expect(await check('[[d1_databases]]\nbinding = "DB"\ndatabase_nme = "x"\n')).toContain("database_nme");
      expect(await check("[[d1_databases]\n")).toContain("wrangler:");
    } finally {
      scratch.remove();
    }
  });
});

describe("names", () => {
  const of = (text: string) => commandsIn({ file: "docs/x.md", line: 1, text });

  it("finds the scripts of npm that are not there", () => {
    const scripts = new Set(["dev", "bench:users"]);
    const check = (text: string) => of(text).flatMap((command) => checkNpm(command, scripts));
    expect(check("npm run dev -- --port 8790; npm run --silent bench:users")).toEqual([]);
    expect(says(check("true && npm run deplyo -- --dry-run"))).toContain('no script "deplyo"');
  });

  it("asks wrangler about its commands and their options", async () => {
    const help = async (words: readonly string[]) =>
      words[0] === "d1" ? "OPTIONS\n      --remote  Remote\n  -y, --skip  Skip\n" : null;
    const check = async (text: string) =>
      says((await Promise.all(of(text).map((command: Command) => checkWrangler(command, help)))).flat());
    expect(await check("npx wrangler d1 list --remote -y")).toBe("");
    expect(await check("wrangler d1 list --remot")).toContain("no option --remot");
    expect(await check("npx wrangler bogus DB")).toContain('no command "bogus"');
  });

  it("knows the variables of the configuration page, and those alone", () => {
    const documented = documentedVariables(
      "| `MAIL_FROM`, `APP_NAME` | x |\n| `SOCIAL_GOOGLE_CLIENT_ID` | `OTHER_ONE` |\n",
    );
    expect([...documented]).toContain("SOCIAL_GITHUB_CLIENT_ID");
    const check = (text: string) => says(checkVariables({ file: "x", line: 1, text }, documented));
    expect(check("MAIL_FROM=x CLOUDFLARE_API_TOKEN=y $MAIL_… MAIL_*")).toBe("");
    expect(check("MAIL_FORM=x")).toContain("MAIL_FORM");
    expect(says(checkReaders(documented, "MAIL_FROM"))).toContain("APP_NAME");
  });
});
