// The Worker's modules use these globals. The scripts run in Node, whose types conflict with the other Workers globals.
type D1Database = import("@cloudflare/workers-types").D1Database;
type D1PreparedStatement = import("@cloudflare/workers-types").D1PreparedStatement;
type KVNamespace = import("@cloudflare/workers-types").KVNamespace;
