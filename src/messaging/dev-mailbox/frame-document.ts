const BASE = '<base target="_blank">';
const HEAD = /<head(?:\s[^>]*)?>/i;

/** A mail's HTML for a frame, with every link opening in a tab of its own. */
export function frameDocument(html: string): string {
  return HEAD.test(html) ? html.replace(HEAD, (head) => head + BASE) : BASE + html;
}
