import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import type { Problem } from "./example.ts";
import type { Page } from "./read-markdown.ts";

/** Links to files of the repository and to headings of pages. Other sites are not asked. */
export function checkLinks(page: Page, pages: ReadonlyMap<string, Page>): readonly Problem[] {
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
