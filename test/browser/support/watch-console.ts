import type { BrowserContext, ConsoleMessage } from "playwright-core";

/**
 * Writes down whatever must not happen on any page: an error or a warning on the console, an exception, a
 * violation of the page's own policy, a request to any other origin than these.
 */
export async function watch(context: BrowserContext, origins: readonly string[]): Promise<string[]> {
  const problems: string[] = [];
  await context.exposeBinding("reportViolation", ({ page }, violation: string) => {
    problems.push(`${page.url()}: violation of ${violation}`);
  });
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      const { reportViolation } = window as unknown as { reportViolation(violation: string): void };
      reportViolation(`${event.violatedDirective} by ${event.blockedURI} ${event.sample}`);
    });
  });
  const pagesThatRefuse = new Set<string>();
  context.on("response", (response) => {
    if (response.request().isNavigationRequest() && response.status() >= 400)
      pagesThatRefuse.add(response.url());
  });
  context.on("console", (message) => {
    const { url } = message.location();
    if (
      isComplaint(message) &&
      !(pagesThatRefuse.has(url) && message.text().startsWith(LOADED_WITH_STATUS))
    ) {
      problems.push(`${message.page()?.url()}: ${message.type()} on the console: ${message.text()}`);
    }
  });
  context.on("weberror", (thrown) => problems.push(`${thrown.page()?.url()}: ${thrown.error()}`));
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (!LOCAL_SCHEMES.has(url.protocol) && !origins.includes(url.origin))
      problems.push(`a request to ${url}`);
  });
  return problems;
}

/** What Chromium says of every answer from 400 on: of a page that was asked for, it is no mistake. */
const LOADED_WITH_STATUS = "Failed to load resource: the server responded with a status of 4";

const LOCAL_SCHEMES = new Set(["data:", "blob:", "about:"]);

const isComplaint = (message: ConsoleMessage): boolean =>
  ["error", "warning", "assert"].includes(message.type());
