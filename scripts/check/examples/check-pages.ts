import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createScratchDirectory } from "../../shared/scratch-directory.ts";
import { type Command, checkNpm, checkWrangler, commandsIn, type Help } from "./check-commands.ts";
import { checkJson, checkSql, checkVariableLines, checkWorkflow } from "./check-data.ts";
import { checkDefaults } from "./check-defaults.ts";
import { checkLinks } from "./check-links.ts";
import { checkPrograms } from "./check-programs.ts";
import { checkRoutes, routesOf } from "./check-routes.ts";
import { checkRunBy, readTest } from "./check-run-by.ts";
import { checkShell } from "./check-shell.ts";
import { checkReaders, checkVariables, documentedVariables } from "./check-variables.ts";
import { checkWranglerConfig } from "./check-wrangler-config.ts";
import type { Example, Problem } from "./example.ts";
import { judgeMark, type Kind, kindOf } from "./kinds.ts";
import type { Page } from "./read-markdown.ts";

const CONFIGURATION = "docs/configuration.md";

/** All checks of the pages that do not run their blocks. */
export async function checkPages(pages: ReadonlyMap<string, Page>, help: Help): Promise<readonly Problem[]> {
  const documented = documentedVariables(readFileSync(CONFIGURATION, "utf8"));
  const read = sources();
  const routes = routesOf(JSON.parse(readFileSync("public/openapi.json", "utf8")), read);
  const all = [...pages.values()];
  const examples = all.flatMap((page) => page.examples);
  const problems = [
    ...all.flatMap((page) => [...page.problems, ...checkLinks(page, pages)]),
    ...all.flatMap((page) => textsOf(page).flatMap((text) => checkVariables(text, documented))),
    ...checkReaders(documented, read),
    ...all.flatMap((page) => checkRoutes(page, routes)),
    ...all.flatMap(({ file, text }) => checkDefaults(file, text)),
    ...examples.flatMap(judgeMark),
    ...checkRunBy(examples, readTest),
    ...checkPrograms(examples.filter((example) => kindOf(example) === "program")),
    ...(await checkBlocks(examples)),
    ...(await checkCommands(all, help)),
  ];
  return problems.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

async function checkBlocks(examples: readonly Example[]): Promise<readonly Problem[]> {
  const scratch = createScratchDirectory();
  const checks: Partial<
    Record<Kind, (example: Example) => readonly Problem[] | Promise<readonly Problem[]>>
  > = {
    shell: checkShell,
    json: checkJson,
    sql: checkSql,
    variables: checkVariableLines,
    workflow: checkWorkflow,
    wrangler: (example) => checkWranglerConfig(example, scratch.path),
  };
  try {
    const problems: Problem[] = [];
    for (const example of examples) {
      const check = checks[kindOf(example) ?? "text"];
      if (check) problems.push(...(await check(example)));
    }
    return problems;
  } finally {
    scratch.remove();
  }
}

async function checkCommands(pages: readonly Page[], help: Help): Promise<readonly Problem[]> {
  const scripts = new Set(Object.keys(JSON.parse(readFileSync("package.json", "utf8")).scripts));
  const commands: Command[] = pages.flatMap((page) => [
    ...page.examples
      .filter((example) => ["shell", "workflow"].includes(kindOf(example) ?? ""))
      .flatMap(({ code, ...at }) => commandsIn({ ...at, text: code.replaceAll("\\\n", " ") })),
    ...page.inlineCode.flatMap(({ line, code }) => commandsIn({ file: page.file, line, text: code })),
  ]);
  const wranglerProblems = await Promise.all(commands.map((command) => checkWrangler(command, help)));
  return [...commands.flatMap((command) => checkNpm(command, scripts)), ...wranglerProblems.flat()];
}

const textsOf = ({ file, examples, inlineCode }: Page) => [
  ...examples.map(({ line, code }) => ({ file, line, text: code })),
  ...inlineCode.map(({ line, code }) => ({ file, line, text: code })),
];

const sources = (): string =>
  readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(join("src", name), "utf8"))
    .join("\n");
