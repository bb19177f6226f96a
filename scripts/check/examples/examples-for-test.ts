import type { Example } from "./example.ts";
import type { Page } from "./read-markdown.ts";

/**
 * Reads the blocks that a test runs: `examplesForTest("flows/restore", pages)("the-name")`. Throws for a block that does
 * not exist or that another test runs. `npm run examples` reports blocks that no test reads.
 */
export function examplesForTest(test: string, pages: Iterable<Page>): (name: string) => Example {
  const examples = [...pages].flatMap((page) => page.examples);
  return (name) => {
    const found = examples.find(
      ({ mark }) => mark?.kind === "run-by" && mark.test === test && mark.name === name,
    );
    if (!found) throw new Error(`no page has <!-- example: run by ${test} as ${name} -->`);
    return found;
  };
}
