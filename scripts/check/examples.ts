import { wranglerHelp } from "./examples/check-commands.ts";
import { checkPages } from "./examples/check-pages.ts";
import { kindOf } from "./examples/kinds.ts";
import { readPages } from "./examples/pages.ts";

// `npm run examples`: whatever README and docs show is read for mistakes, and is run, or has to say why it is not. What is
// marked as run is run by `npm run walk`; what is left to a test, by `npm test`.

const pages = readPages();
const problems = await checkPages(pages, wranglerHelp());
for (const { file, line, says } of problems) console.error(`${file}:${line}: ${says}`);
if (problems.length > 0) {
  console.error(`\n${problems.length} to mend.`);
  process.exitCode = 1;
} else {
  const examples = [...pages.values()].flatMap((page) => page.examples);
  const fates = examples.map((example) => example.mark?.kind ?? kindOf(example));
  const count = (fate: string) => fates.filter((one) => one === fate).length;
  console.log(
    `${pages.size} pages, ${fates.length} blocks: ${count("run-by")} are run by tests, ${count("run")} by npm run walk, ` +
      `${count("variables")} read by the service's reader, ${count("text")} are no programs, ` +
      `${count("not-run")} say why they are not run.`,
  );
}
