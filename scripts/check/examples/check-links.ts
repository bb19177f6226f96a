import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import type { Problem } from "./example.ts";
import type { Page } from "./read-markdown.ts";

/** Links to files of the repository and to headings of pages, and the tests that are named. Other sites are not asked. */
export function checkLinks(page: Page, pages: ReadonlyMap<string, Page>): readonly Problem[] {
  return [...checkTestNames(page), ...checkTargets(page, pages)];
}

function checkTargets(page: Page, pages: ReadonlyMap<string, Page>): readonly Problem[] {
  return page.links.flatMap(({ line, target }) => {
    if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target)) return [];
    const [path = "", anchor] = target.split("#");
    const file = path === "" ? page.file : normalize(join(dirname(page.file), decodeURIComponent(path)));
    if (path !== "" && !existsSync(file))
      return [{ file: page.file, line, says: `the link ${target} leads nowhere` }];
    if (anchor === undefined) return [];
    const anchors = pages.get(file)?.anchors;
    if (anchors?.has(anchor) ?? true) return [];
    return [{ file: page.file, line, says: `${file} has no heading for #${anchor}` }];
  });
}

/** The page that says which test shows what. */
const NAMES_TESTS = "docs/security.md";

/** `worker/authentication/lockout/lockout` is test/worker/authentication/lockout/lockout.test.ts, or all of a folder of that name. */
function checkTestNames({ file, inlineCode }: Page): readonly Problem[] {
  if (file !== NAMES_TESTS) return [];
  const isThere = (name: string) =>
    ["", ".test.ts", ".test.tsx"].some((ending) => existsSync(`test/${name}${ending}`));
  return inlineCode
    .filter(({ code }) => TEST_NAME.test(code) && !isThere(code))
    .map(({ line, code }) => ({ file, line, says: `there is no ${code} below test/` }));
}

const TEST_NAME = /^(?:browser|bundle|contracts|examples|flows|rpc|scripts|unit|worker)\/[\w/-]+$/;
