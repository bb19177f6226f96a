import { wranglerHelp } from "./examples/check-commands.ts";
import { checkPages } from "./examples/check-pages.ts";
import { readPages } from "./examples/pages.ts";

// `npm run examples`: whatever README and docs show is checked, and what is neither run nor checked has to say why.
// What is marked as run is run by `npm run walk`.

const pages = readPages();
const problems = await checkPages(pages, wranglerHelp());
for (const { file, line, says } of problems) console.error(`${file}:${line}: ${says}`);
if (problems.length > 0) {
  console.error(`\n${problems.length} to mend.`);
  process.exitCode = 1;
} else {
  const marks = [...pages.values()].flatMap(({ examples }) =>
    examples.map(({ mark }) => mark?.kind ?? "checked"),
  );
  const count = (kind: string) => marks.filter((mark) => mark === kind).length;
  console.log(
    `${pages.size} pages, ${marks.length} blocks: ${count("run")} are run by npm run walk, ` +
      `${count("checked") + count("given")} are checked, ${count("not-run")} say why they are not run.`,
  );
}
