import type { Account } from "./account.ts";
import { type Answer, list, refuse } from "./answer.ts";
import { Database } from "./database.ts";

/** /accounts/…/d1/database and below (developers.cloudflare.com/api/resources/d1). */
export function answerD1(account: Account, url: URL, isPost: boolean, body: string): Answer {
  const [, , , named, action, what] = url.pathname.split("/");
  if (named === undefined && isPost) return create(account, JSON.parse(body).name);
  const all = [...account.databases.values()];
  if (named === undefined) return list(all.map(({ uuid, name }) => ({ uuid, name })));
  const found = all.find(({ uuid, name }) => uuid === named || name === named);
  if (!found) return refuse(404, 7404, "The database could not be found");
  if (action === undefined) return { result: { uuid: found.uuid, name: found.name } };
  try {
    if (action === "query") return answerQuery(account, found, JSON.parse(body).sql);
    if (action === "time_travel") return timeTravel(account, found, what ?? "", url.searchParams);
    if (action === "export") return exportDatabase(account, found);
    if (action === "import") return importFile(account, found, JSON.parse(body));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return refuse(400, 7500, `${message}: SQLITE_ERROR`);
  }
  return refuse(404, 7003, `no such route: ${action}`);
}

function create(account: Account, name: string): Answer {
  const created = new Database(name, () => account.now());
  account.databases.set(name, created);
  account.changes.push(`create D1 ${name}`);
  return { result: { uuid: created.uuid, name } };
}

function answerQuery(account: Account, database: Database, sql: string): Answer {
  if (account.refuseSql?.test(sql)) throw new Error('near "nonsense": syntax error');
  const results = database.query(sql);
  const [, migration] = /VALUES \(['"](\d{4}_\w+\.sql)['"]\)/i.exec(sql) ?? [];
  if (migration) account.changes.push(`migrate ${migration}`);
  return { result: [{ success: true, results, meta: { duration: 1 } }] };
}

function timeTravel(account: Account, database: Database, what: string, query: URLSearchParams): Answer {
  if (what === "bookmark") {
    const timestamp = query.get("timestamp");
    return { result: { bookmark: database.bookmark(timestamp ? Date.parse(timestamp) : undefined) } };
  }
  const previous = database.bookmark();
  database.restore(query.get("bookmark") ?? "");
  account.changes.push(`restore ${database.name}`);
  return { result: { bookmark: database.bookmark(), previous_bookmark: previous, message: "restored" } };
}

/** The client polls until the export is complete. Here it is complete at once. */
function exportDatabase(account: Account, database: Database): Answer {
  database.files.set("export", database.export());
  account.changes.push(`export ${database.name}`);
  const result = { filename: "export.sql", signed_url: `${account.origin}/files/${database.uuid}/export` };
  return { result: { success: true, type: "export", status: "complete", messages: [], result } };
}

function importFile(
  account: Account,
  database: Database,
  request: { action: string; etag: string; filename: string },
): Answer {
  if (request.action === "init") {
    const upload_url = `${account.origin}/files/${database.uuid}/${request.etag}`;
    return { result: { success: true, type: "import", messages: [], upload_url, filename: request.etag } };
  }
  database.query(database.files.get(request.filename) ?? "");
  account.changes.push(`import into ${database.name}`);
  const meta = { duration: 1, rows_read: 0, rows_written: 0, size_after: 0 };
  const result = { num_queries: 1, final_bookmark: database.bookmark(), meta };
  return { result: { success: true, type: "import", status: "complete", messages: [], result } };
}
