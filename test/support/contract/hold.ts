import { conformanceTo } from "./conform.ts";
import { committed } from "./document.ts";

const faultsOf = conformanceTo(committed);

/** What an answer of any fetch has: the platform's, Node's, or that of wrangler's harness. */
type Answer = {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: unknown;
  clone(): { text(): Promise<string> };
};

/** Throws when an answer is not what the document says. So every test that gets one is a test of the document. */
export async function holdToContract<Held extends Answer>(
  method: string,
  path: string,
  answer: Held,
): Promise<Held> {
  const { status } = answer;
  const headers = answer.headers as Headers;
  const isJson = headers.get("Content-Type")?.startsWith("application/json") ?? false;
  const hasText = method !== "HEAD" && (isJson || answer.body === null);
  const text = hasText ? await answer.clone().text() : null;
  const faults = faultsOf({ method, path, status, headers, text });
  if (faults.length === 0) return answer;
  throw new Error(
    `${method} ${path} → ${status} is not what /openapi.json says: ${faults.join("\n")}\n` +
      "Mend the schema or the route, and run `npm run openapi`.",
  );
}
