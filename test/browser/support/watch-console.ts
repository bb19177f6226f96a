import type { BrowserContext, ConsoleMessage } from "playwright-core";

/**
 * Records everything that must not happen on any page: an error or warning on the console, an exception, a violation
 * of the page's policy, and a request to another origin than these.
 */
export async function watchConsole(context: BrowserContext, origins: readonly string[]): Promise<string[]> {
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
  const failedPages = new Set<string>();
  context.on("response", (response) => {
    if (response.request().isNavigationRequest() && response.status() >= 400) failedPages.add(response.url());
  });
  context.on("console", (message) => {
    const { url } = message.location();
    if (isProblem(message) && !(failedPages.has(url) && message.text().startsWith(LOADED_WITH_STATUS))) {
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

/** Chromium logs this for every response from 400 on. For a navigation it is no problem. */
const LOADED_WITH_STATUS = "Failed to load resource: the server responded with a status of 4";

const LOCAL_SCHEMES = new Set(["data:", "blob:", "about:"]);

const isProblem = (message: ConsoleMessage): boolean =>
  ["error", "warning", "assert"].includes(message.type());
