import { continuedUrl } from "../../../support/authorization-requests.ts";
import { REDIRECT_URI } from "../../../support/oauth.ts";
import { headingOf, type Pages } from "../../../support/pages.ts";

/**
 * Opens an authorization request in a browser with a session, and allows what the consent page asks, if it is shown.
 * Returns the parameters that the client receives.
 */
export async function authorizeInBrowser(
  browser: Pages,
  url: string,
): Promise<{ readonly parameters: URLSearchParams; readonly asked: boolean }> {
  const answer = await browser.visit(url);
  const location = answer.headers.get("Location") ?? "";
  if (answer.status === 303 && location.startsWith(`${REDIRECT_URI}?`))
    return { parameters: new URL(location).searchParams, asked: false };
  if (headingOf(answer) !== "Allow access")
    throw new Error(`neither consent nor redirect: ${answer.status} ${location} ${headingOf(answer)}`);
  const leading = continuedUrl(await browser.submit(answer, {}, "allow"));
  if (!leading.startsWith(`${REDIRECT_URI}?`)) throw new Error(`leads to ${leading}`);
  return { parameters: new URL(leading).searchParams, asked: true };
}
