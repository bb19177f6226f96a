import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import type { Problem } from "./example.ts";
import type { Page } from "./read-markdown.ts";

/** Checks links to files and headings of this repository, and names of tests. Does not check other sites. */
export function checkLinks(page: Page, pages: ReadonlyMap<string, Page>): readonly Problem[] {
  return [...checkTestNames(page), ...checkTargets(page, pages)];
}

function checkTargets(page: Page, pages: ReadonlyMap<string, Page>): readonly Problem[] {
  return page.links.flatMap(({ line, target }) => {
    if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target)) return [];
    const [path = "", anchor] = target.split("#");
    const file = path === "" ? page.file : normalize(join(dirname(page.file), decodeURIComponent(path)));
    if (path !== "" && !existsSync(file))
      return [{ file: page.file, line, message: `the target of the link ${target} does not exist` }];
    if (anchor === undefined) return [];
    const anchors = pages.get(file)?.anchors;
    if (anchors?.has(anchor) ?? true) return [];
    return [{ file: page.file, line, message: `${file} has no heading for #${anchor}` }];
  });
}

/** The page that lists the test of each requirement. */
const TEST_LIST = "docs/security.md";

/** `worker/authentication/lockout/lockout` is test/worker/authentication/lockout/lockout.test.ts, or that folder. */
function checkTestNames({ file, inlineCode }: Page): readonly Problem[] {
  if (file !== TEST_LIST) return [];
  const exists = (name: string) =>
    ["", ".test.ts", ".test.tsx"].some((ending) => existsSync(`test/${name}${ending}`));
  return inlineCode
    .filter(({ code }) => TEST_NAME.test(code) && !exists(code))
    .map(({ line, code }) => ({ file, line, message: `test/ has no ${code}` }));
}

const TEST_NAME = /^(?:browser|bundle|contracts|examples|flows|rpc|scripts|unit|worker)\/[\w/-]+$/;
