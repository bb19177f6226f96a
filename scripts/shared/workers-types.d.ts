// The Worker's modules name these as globals. Here they run in Node, whose own globals would not bear all the others.
type D1Database = import("@cloudflare/workers-types").D1Database;
type D1PreparedStatement = import("@cloudflare/workers-types").D1PreparedStatement;
type KVNamespace = import("@cloudflare/workers-types").KVNamespace;
