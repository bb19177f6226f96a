import { wranglerHelp } from "./examples/check-commands.ts";
import { checkPages } from "./examples/check-pages.ts";
import { kindOf } from "./examples/kinds.ts";
import { readPages } from "./examples/pages.ts";

// `npm run examples`: checks every code block of README and docs. Each must be run by a test (`npm test`) or by
// `npm run walk`, or state why it is not run.

const pages = readPages();
const problems = await checkPages(pages, wranglerHelp());
for (const { file, line, message } of problems) console.error(`${file}:${line}: ${message}`);
if (problems.length > 0) {
  console.error(`\n${problems.length} problems.`);
  process.exitCode = 1;
} else {
  const examples = [...pages.values()].flatMap((page) => page.examples);
  const kinds = examples.map((example) => example.mark?.kind ?? kindOf(example));
  const count = (kind: string) => kinds.filter((one) => one === kind).length;
  console.log(
    `${pages.size} pages, ${kinds.length} blocks: ${count("run-by")} are run by tests, ${count("run")} by npm run walk, ` +
      `${count("variables")} are parsed as configuration, ${count("text")} are text, ` +
      `${count("not-run")} state why they are not run.`,
  );
}
