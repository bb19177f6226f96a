import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { presentExport, presentRow } from "./export-document.ts";
import type { ExportStore } from "./store.ts";

export type ExportAccountDeps = {
  readonly clock: Clock;
  readonly exports: ExportStore;
  readonly settings: { readonly publicUrl: string };
};

/** Events of one page: what is in memory at once. D1 allows an invocation of the Worker 1,000 queries. */
const PAGE_SIZE = 500;

export type AccountExport = { readonly fileName: string; readonly body: ReadableStream<Uint8Array> };

/**
 * Everything that is stored about an account and its audit events, as one JSON document (GDPR Art. 15 and 20). The events
 * are read page by page, as fast as the reader takes them.
 */
export async function exportAccount(
  deps: ExportAccountDeps,
  { accountId }: { readonly accountId: string },
): Promise<Result<AccountExport, { readonly reason: "not_found" }>> {
  const at = new Date(deps.clock.now()).toISOString();
  const rows = await deps.exports.read(accountId);
  if (rows === null) return err({ reason: "not_found" });
  const sections = presentExport(rows, deps.settings.publicUrl);
  const body = streamOf(documentOf(deps, accountId, [["exportedAt", at], ...sections]));
  return ok({ fileName: `account-${at.slice(0, 10)}.json`, body });
}

async function* documentOf(
  { exports }: ExportAccountDeps,
  accountId: string,
  sections: readonly (readonly [string, unknown])[],
): AsyncGenerator<string> {
  for (const [index, [name, value]] of sections.entries()) {
    yield `${index === 0 ? "{" : ","}\n${JSON.stringify(name)}: ${JSON.stringify(value)}`;
  }
  yield ',\n"auditEvents": [';
  yield* separated(eventsAbout(exports, accountId));
  yield '],\n"actionsOnOthers": [';
  yield* separated(eventsBy(exports, accountId));
  yield "]\n}\n";
}

type Line = Readonly<Record<string, unknown>>;

/** One chunk for each page. */
async function* separated(pages: AsyncGenerator<readonly Line[]>): AsyncGenerator<string> {
  let separator = "\n";
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield separator + page.map((line) => JSON.stringify(line)).join(",\n");
    separator = ",\n";
  }
}

/** What happened to the account. Another actor is not named, and their IP address is theirs. */
async function* eventsAbout(exports: ExportStore, accountId: string): AsyncGenerator<readonly Line[]> {
  let after = { at: -1, id: "" };
  for (;;) {
    const page = await exports.listAbout(accountId, after, PAGE_SIZE);
    yield page.map(({ id: _id, actorId, ip, ...event }) => {
      const isOwn = actorId === null || actorId === accountId;
      return { ...presentRow(event), by: actorOf(actorId, accountId), ip: isOwn ? ip : null };
    });
    const last = page.at(-1);
    if (!last || page.length < PAGE_SIZE) return;
    after = { at: last.at, id: last.id };
  }
}

const actorOf = (actorId: string | null, accountId: string): string | null =>
  actorId === null ? null : actorId === accountId ? "self" : "other";

/** What the account did to others, whom the export does not name: neither by id nor by details. */
async function* eventsBy(exports: ExportStore, accountId: string): AsyncGenerator<readonly Line[]> {
  let after = 0;
  for (;;) {
    const page = await exports.listBy(accountId, after, PAGE_SIZE);
    yield page.map(({ row: _row, ...event }) => presentRow(event));
    const last = page.at(-1);
    if (!last || page.length < PAGE_SIZE) return;
    after = last.row;
  }
}

/** A stream that takes the next chunk when its reader has taken the one before. */
function streamOf(chunks: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const encoder = new TextEncoder();
  const pump = async () => {
    const writer = writable.getWriter();
    try {
      for await (const chunk of chunks) await writer.write(encoder.encode(chunk));
      await writer.close();
    } catch (cause) {
      // The reader gets an error, not a document that ends early. It may have gone itself.
      await writer.abort(cause).catch(() => undefined);
    }
  };
  // It starts here, so that it runs in the scope of the request.
  void pump();
  return readable;
}
