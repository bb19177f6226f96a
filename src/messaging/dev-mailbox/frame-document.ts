const BASE = '<base target="_blank">';
const HEAD = /<head(?:\s[^>]*)?>/i;

/** A mail's HTML for a frame. Every link opens in a new tab. */
export function frameDocument(html: string): string {
  return HEAD.test(html) ? html.replace(HEAD, (head) => head + BASE) : BASE + html;
}
