import { createContractChecker } from "./conform.ts";
import { committedDocument } from "./document.ts";

const findViolations = createContractChecker(committedDocument);

/** The common members of the responses of workerd, Node and the test harness of wrangler. */
type FetchResponse = {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: unknown;
  clone(): { text(): Promise<string> };
};

/** Throws when a response violates the OpenAPI document. Otherwise returns the response. */
export async function assertMatchesContract<T extends FetchResponse>(
  method: string,
  path: string,
  response: T,
): Promise<T> {
  const { status } = response;
  const headers = response.headers as Headers;
  const isJson = headers.get("Content-Type")?.startsWith("application/json") ?? false;
  const hasText = method !== "HEAD" && (isJson || response.body === null);
  const text = hasText ? await response.clone().text() : null;
  const violations = findViolations({ method, path, status, headers, text });
  if (violations.length === 0) return response;
  throw new Error(
    `${method} ${path} → ${status} is not what /openapi.json says: ${violations.join("\n")}\n` +
      "Fix the schema or the route, and run `npm run openapi`.",
  );
}
