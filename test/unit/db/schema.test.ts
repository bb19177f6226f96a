import { getTableName, is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import * as schema from "../../../src/db/schema.ts";

const tables = Object.values<unknown>(schema)
  .filter((value) => is(value, SQLiteTable))
  .map(getTableConfig);

/** `table.column` for every foreign key, with the referenced column and what deleting the referenced row does. */
const foreignKeys = tables.flatMap(({ name, foreignKeys: keys }) =>
  keys.map((key) => {
    const { columns, foreignTable, foreignColumns } = key.reference();
    return {
      from: `${name}.${columns.map((column) => column.name).join()}`,
      to: `${getTableName(foreignTable)}.${foreignColumns.map((column) => column.name).join()}`,
      onDelete: key.onDelete,
    };
  }),
);

describe("the schema", () => {
  it("gives every account_id a cascading foreign key, except that of the audit log, which outlives accounts", () => {
    const accountColumns = tables
      .flatMap(({ name, columns }) => columns.map((column) => `${name}.${column.name}`))
      .filter((column) => column.endsWith(".account_id"));
    expect(accountColumns).toContain("audit_events.account_id");
    expect(accountColumns.length).toBeGreaterThan(6);
    for (const column of accountColumns.filter((name) => name !== "audit_events.account_id")) {
      expect(
        foreignKeys.filter(({ from }) => from === column),
        column,
      ).toEqual([{ from: column, to: "accounts.id", onDelete: "cascade" }]);
    }
    expect(foreignKeys.map(({ from }) => from)).not.toContain("audit_events.account_id");
  });

  it("has an index for every foreign key, since the deletion of the referenced row searches by it", () => {
    for (const { name, columns, indexes, primaryKeys, foreignKeys: keys } of tables) {
      const indexed = indexes.map(({ config }) => {
        const [first] = config.columns;
        return first && "name" in first && config.where === undefined ? first.name : null;
      });
      const primary = [
        ...columns.filter(({ primary: isPrimary }) => isPrimary),
        ...primaryKeys.flatMap((key) => key.columns.slice(0, 1)),
      ].map((column) => column.name);
      for (const key of keys) {
        expect([...indexed, ...primary], name).toContain(key.reference().columns[0]?.name);
      }
    }
  });
});
