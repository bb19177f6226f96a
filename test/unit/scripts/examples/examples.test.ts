import { describe, expect, it } from "vitest";
import {
  type Command,
  checkNpm,
  checkWrangler,
  commandsIn,
} from "../../../../scripts/check/examples/check-commands.ts";
import {
  checkJson,
  checkSql,
  checkVariableLines,
  checkWorkflow,
} from "../../../../scripts/check/examples/check-data.ts";
import { checkDefaults } from "../../../../scripts/check/examples/check-defaults.ts";
import { checkLinks } from "../../../../scripts/check/examples/check-links.ts";
import { checkPrograms } from "../../../../scripts/check/examples/check-programs.ts";
import { checkRoutes, routesOf } from "../../../../scripts/check/examples/check-routes.ts";
import { checkShell } from "../../../../scripts/check/examples/check-shell.ts";
import {
  checkReaders,
  checkVariables,
  documentedVariables,
} from "../../../../scripts/check/examples/check-variables.ts";
import { checkWranglerConfig } from "../../../../scripts/check/examples/check-wrangler-config.ts";
import type { Example } from "../../../../scripts/check/examples/example.ts";
import { readMarkdown } from "../../../../scripts/check/examples/read-markdown.ts";
import { createScratchDirectory } from "../../../../scripts/shared/scratch-directory.ts";

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

describe("what a sentence says of the service", () => {
  const description = { paths: { "/api/auth/users/{id}": { get: {} }, "/api/auth/login": { post: {} } } };
  const routes = routesOf(description, 'path: "/admin/mail", "/admin/users/:id"');
  const routesIn = (text: string) => says(checkRoutes(page(text), routes));

  it("names routes that somebody answers, whole or without the base, and pages", () => {
    expect(routesIn("`GET /users/:id`, `POST /login`, `/api/auth/users/7`, `/api/auth/…`")).toBe("");
    expect(routesIn("`/admin/mail`, `/admin/users/<id>?x=1`, and a path of anybody: `/welcome`")).toBe("");
    expect(routesIn("`/admin/undelivered`")).toContain("nothing answers /admin/undelivered");
    expect(routesIn("`GET /login`")).toContain("nothing answers GET /login");
    expect(routesIn("`/api/auth/log-in`")).toContain("nothing answers /api/auth/log-in");
  });

  it("gives the defaults that the service has", () => {
    const rows =
      "| `CAPTCHA_SECRET`, `CAPTCHA_MIN_SCORE` | The least (default 0.5). |\n| `SMS_HOURLY_CAP` | Default 100. |\n";
    expect(checkDefaults("x.md", `${rows}\n\`LOGIN_OTP\` (default \`off\`)`)).toEqual([]);
    const wrong = checkDefaults(
      "x.md",
      "| `ACCESS_TOKEN_TTL` | Seconds. Default 300. |\n\n`SMS_HOURLY_CAP` (default 500)",
    );
    expect(wrong.map(({ line, says: what }) => [line, what.split(":")[0]])).toEqual([
      [3, "the default of SMS_HOURLY_CAP is not 500"],
      [1, "the default of ACCESS_TOKEN_TTL is not 300"],
    ]);
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
    const known =
      "`worker/messaging/outbox/outbox`, `unit/accounts/avatar`, `rpc/verify`, `npm run walk`, `worker_threads`";
    expect(names("docs/security.md", known)).toBe("");
    expect(names("docs/security.md", "`worker/messaging/email/outbox`")).toContain(
      "no worker/messaging/email/outbox below test/",
    );
    expect(names("docs/x.md", "`worker/messaging/email/outbox`")).toBe("");
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
