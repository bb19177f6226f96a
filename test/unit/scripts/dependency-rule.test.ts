import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

const CLI = resolve("node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");

/** Lints a scratch repository that contains only these files, and returns the names of the violated rules. */
function violatedRules(files: Readonly<Record<string, string>>): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), "dependency-rule-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const name of [".dependency-cruiser.cjs", "tsconfig.json", "package.json"]) {
    cpSync(name, join(root, name));
  }
  symlinkSync(resolve("node_modules"), join(root, "node_modules"), "junction");
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const args = [CLI, "src", "--config", ".dependency-cruiser.cjs", "--output-type", "json"];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (!stdout) throw new Error(stderr);
  const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string } }[] } };
  return [...new Set(summary.violations.map(({ rule }) => rule.name))];
}

const STORE = {
  "src/sessions/store.ts": "export const sessionStore = () => 1;\nexport type SessionStore = number;",
};

const planted: readonly [rule: string, files: Record<string, string>][] = [
  [
    "no-circular-imports",
    {
      "src/accounts/a.ts": 'import "./b.ts";\nexport const a = 1;',
      "src/accounts/b.ts": 'import "./a.ts";\nexport const b = 1;',
    },
  ],
  [
    "stores-are-composed-not-imported",
    {
      ...STORE,
      "src/accounts/close.ts": 'import { sessionStore } from "../sessions/store.ts";\nsessionStore();',
    },
  ],
  [
    "stores-are-composed-not-imported",
    {
      ...STORE,
      "src/accounts/close.ts":
        'import type { SessionStore } from "../sessions/store.ts";\nexport type S = SessionStore;',
    },
  ],
  [
    "stores-are-imported-as-types",
    { ...STORE, "src/sessions/end.ts": 'import { sessionStore } from "./store.ts";\nsessionStore();' },
  ],
  [
    "only-stores-import-statements",
    {
      "src/sessions/statements.ts": "export const endSessions = () => 1;",
      "src/accounts/close.ts": 'import { endSessions } from "../sessions/statements.ts";\nendSessions();',
    },
  ],
  [
    "only-db-and-stores-import-drizzle",
    { "src/accounts/close.ts": 'import { eq } from "drizzle-orm";\nexport const close = eq;' },
  ],
  [
    "core-imports-only-core",
    {
      "src/http/respond.ts": "export const respond = 1;",
      "src/core/clock.ts": 'import { respond } from "../http/respond.ts";\nexport const clock = respond;',
    },
  ],
  [
    "use-cases-import-no-http",
    { "src/accounts/close.ts": 'import { Hono } from "hono";\nexport const close = new Hono();' },
  ],
  [
    "only-the-request-scope-imports-async-hooks",
    {
      "src/http/context.ts":
        'import { AsyncLocalStorage } from "node:async_hooks";\nexport const context = new AsyncLocalStorage();',
    },
  ],
];

describe("the dependency rule", () => {
  it.each(planted)("reports a planted violation of %s", (rule, files) => {
    expect(violatedRules(files)).toContain(rule);
  });

  it("accepts a use case that imports the type of its own feature's store", () => {
    const files = {
      ...STORE,
      "src/sessions/end.ts":
        'import type { SessionStore } from "./store.ts";\nexport type End = SessionStore;',
    };
    expect(violatedRules(files)).toEqual([]);
  });
});
