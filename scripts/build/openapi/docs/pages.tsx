import type { Child } from "hono/jsx";
import { type OpenApi, operationsOf } from "./document.ts";
import { OperationPage } from "./operation-page.tsx";
import { Overview } from "./overview.tsx";

/** The pages of /docs by their names: one of all operations, and one of each. */
export function docsPages(document: OpenApi): Record<string, string> {
  const operations = operationsOf(document);
  const pages: Record<string, Child> = {
    overview: <Overview document={document} operations={operations} />,
  };
  for (const operation of operations) {
    const others = operations.filter((one) => one !== operation && one.tags[0] === operation.tags[0]);
    pages[operation.operationId] = <OperationPage {...{ document, operation, others }} />;
  }
  return Object.fromEntries(
    Object.entries(pages).map(([name, page]) => [name, `<!doctype html>${page}\n`.replaceAll("><", ">\n<")]),
  );
}
