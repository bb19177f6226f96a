import type { Example } from "./example.ts";
import type { Page } from "./read-markdown.ts";

/**
 * The blocks that the pages leave to a test, by its name below test/: `leftTo("flows/restore", pages)("the-name")`. It
 * throws for a block that is not there, or has been left to another; `npm run examples` says which nobody takes.
 */
export function leftTo(test: string, pages: Iterable<Page>): (name: string) => Example {
  const examples = [...pages].flatMap((page) => page.examples);
  return (name) => {
    const found = examples.find(
      ({ mark }) => mark?.kind === "run-by" && mark.test === test && mark.name === name,
    );
    if (!found) throw new Error(`no page has <!-- example: run by ${test} as ${name} -->`);
    return found;
  };
}
