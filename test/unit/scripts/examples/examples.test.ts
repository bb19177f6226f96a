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
const messages = (problems: readonly { message: string }[]) =>
  problems.map((problem) => problem.message).join("\n");
const page = (text: string) => readMarkdown("docs/x.md", text);

describe("checks of prose", () => {
  const description = { paths: { "/api/auth/users/{id}": { get: {} }, "/api/auth/login": { post: {} } } };
  const routes = routesOf(description, 'path: "/admin/mail", "/admin/users/:id"');
  const routesIn = (text: string) => messages(checkRoutes(page(text), routes));

  it("reports routes that the service does not have", () => {
    expect(routesIn("`GET /users/:id`, `POST /login`, `/api/auth/users/7`, `/api/auth/…`")).toBe("");
    expect(routesIn("`/admin/mail`, `/admin/users/<id>?x=1`, and a path of another app: `/welcome`")).toBe(
      "",
    );
    expect(routesIn("`/admin/undelivered`")).toContain("the service has no route /admin/undelivered");
    expect(routesIn("`GET /login`")).toContain("the service has no route GET /login");
    expect(routesIn("`/api/auth/log-in`")).toContain("the service has no route /api/auth/log-in");
  });

  it("reports defaults that differ from those of the service", () => {
    const rows =
      "| `CAPTCHA_SECRET`, `CAPTCHA_MIN_SCORE` | The least (default 0.5). |\n| `SMS_HOURLY_CAP` | Default 100. |\n";
    expect(checkDefaults("x.md", `${rows}\n\`LOGIN_OTP\` (default \`off\`)`)).toEqual([]);
    const wrong = checkDefaults(
      "x.md",
      "| `ACCESS_TOKEN_TTL` | Seconds. Default 300. |\n\n`SMS_HOURLY_CAP` (default 500)",
    );
    expect(wrong.map(({ line, message }) => [line, message.split(":")[0]])).toEqual([
      [3, "the default of SMS_HOURLY_CAP is not 500"],
      [1, "the default of ACCESS_TOKEN_TTL is not 300"],
    ]);
  });
});

describe("checks of blocks", () => {
  it("reports the line of a syntax error in shell", () => {
    expect(checkShell(block("bash", "true\n(true\n"))[0]).toMatchObject({ line: 12 });
    expect(checkShell(block("bash", 'for x in 1; do echo "$x"; done\n'))).toEqual([]);
  });

  it("parses JSON, and comments in JSONC", () => {
    expect(checkJson(block("jsonc", '// why\n{"a": 1}'))).toEqual([]);
    expect(messages(checkJson(block("json", "{a: 1}")))).toContain("not JSON");
  });

  it("prepares SQL against the migrated schema", () => {
    expect(checkSql(block("sql", "SELECT id FROM accounts WHERE email = ?;\nSELECT 1;\n"))).toEqual([]);
    expect(messages(checkSql(block("sql", "SELECT nonsense FROM accounts")))).toContain("no such column");
  });

  it("parses variables with the service's own parser", () => {
    expect(checkVariableLines(block("ini", "LOGIN_OTP=always\n"))).toEqual([]);
    expect(messages(checkVariableLines(block("ini", "LOGIN_OTP=sometimes\n")))).toContain(
      "LOGIN_OTP must be",
    );
  });

  it("checks the commands and the indentation of a workflow", () => {
    expect(messages(checkWorkflow(block("yaml", "steps:\n  - run: npm (\n")))).toContain("syntax error");
    expect(messages(checkWorkflow(block("yaml", "steps:\n - run: true\n")))).toContain("two spaces");
    expect(checkWorkflow(block("yaml", "steps:\n  - run: npm ci\n"))).toEqual([]);
  });

  it("type-checks each program with its own declarations only", { timeout: 30_000 }, () => {
    const declarations = "declare const n: number;";
    const given = { mark: { kind: "run-by", test: "x", name: "y", declarations } } as const;
    const problems = checkPrograms([
      block("ts", "const m: string = n;\n", given),
      block("ts", "export const m = n;\n"),
      block("ts", "export const kv = (env: { KV: KVNamespace }) => env.KV.get('x');\n"),
      block("js", "document.title = 'x';\n"),
      // The package resolves to its sources, without a build.
      block("ts", 'export { browserSession } from "gatehouse/client/hono";\n'),
      block("ts", 'export type { paths } from "gatehouse/client/api-types";\n'),
    ]);
    expect(problems).toHaveLength(2);
    expect(problems[0]?.message).toContain("not assignable");
    expect(problems[1]?.message).toMatch(/Cannot find name 'n'.*given: declare const/);
  });
});

describe("checks of links and configuration", () => {
  const links = (text: string) => {
    const one = page(text);
    return messages(checkLinks(one, new Map([["docs/x.md", one]])));
  };
  it("reports links to missing files and headings", () => {
    expect(
      links("# A heading, `x`\n[a](#a-heading-x) [b](../README.md) [c](https://example.com/#nowhere)"),
    ).toBe("");
    expect(links("[a](#nowhere)")).toContain("no heading for #nowhere");
    expect(links("[a](nowhere.md)")).toContain("does not exist");
    expect(links("`[a](nowhere.md)`\n```text\n[a](nowhere.md)\n```")).toBe("");
  });

  it("reports missing tests in docs/security.md", () => {
    const names = (file: string, text: string) => messages(checkLinks(readMarkdown(file, text), new Map()));
    const known =
      "`worker/messaging/outbox/outbox`, `unit/accounts/avatar`, `rpc/verify`, `npm run walk`, `worker_threads`";
    expect(names("docs/security.md", known)).toBe("");
    expect(names("docs/security.md", "`worker/messaging/email/outbox`")).toContain(
      "test/ has no worker/messaging/email/outbox",
    );
    expect(names("docs/x.md", "`worker/messaging/email/outbox`")).toBe("");
  });

  it("validates wrangler configuration, also in parts", { timeout: 30_000 }, async () => {
    const scratch = createScratchDirectory();
    const check = async (code: string) =>
      messages(await checkWranglerConfig(block("toml", code), scratch.path));
    try {
      expect(await check('[vars]\nX = "y"\n')).toBe("");
      expect(await check('[[d1_databases]]\nbinding = "DB"\ndatabase_nme = "x"\n')).toContain("database_nme");
      expect(await check("[[d1_databases]\n")).toContain("wrangler:");
    } finally {
      scratch.remove();
    }
  });
});

describe("checks of names", () => {
  const of = (text: string) => commandsIn({ file: "docs/x.md", line: 1, text });

  it("reports missing npm scripts", () => {
    const scripts = new Set(["dev", "bench:users"]);
    const check = (text: string) => of(text).flatMap((command) => checkNpm(command, scripts));
    expect(check("npm run dev -- --port 8790; npm run --silent bench:users")).toEqual([]);
    expect(messages(check("true && npm run deplyo -- --dry-run"))).toContain('no script "deplyo"');
  });

  it("reports unknown commands and options of wrangler", async () => {
    const help = async (words: readonly string[]) =>
      words[0] === "d1" ? "OPTIONS\n      --remote  Remote\n  -y, --skip  Skip\n" : null;
    const check = async (text: string) =>
      messages((await Promise.all(of(text).map((command: Command) => checkWrangler(command, help)))).flat());
    expect(await check("npx wrangler d1 list --remote -y")).toBe("");
    expect(await check("wrangler d1 list --remot")).toContain("no option --remot");
    expect(await check("npx wrangler bogus DB")).toContain('no command "bogus"');
  });

  it("reports variables that docs/configuration.md does not document", () => {
    const documented = documentedVariables(
      "| `MAIL_FROM`, `APP_NAME` | x |\n| `SOCIAL_GOOGLE_CLIENT_ID` | `OTHER_ONE` |\n",
    );
    expect([...documented]).toContain("SOCIAL_GITHUB_CLIENT_ID");
    const check = (text: string) => messages(checkVariables({ file: "x", line: 1, text }, documented));
    expect(check("MAIL_FROM=x CLOUDFLARE_API_TOKEN=y $MAIL_… MAIL_*")).toBe("");
    expect(check("MAIL_FORM=x")).toContain("MAIL_FORM");
    expect(messages(checkReaders(documented, "MAIL_FROM"))).toContain("APP_NAME");
  });
});
