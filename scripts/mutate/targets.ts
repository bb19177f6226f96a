import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { findMutationPoints, type MutationPoint } from "./mutation-points.ts";

export const ROOT = resolve(import.meta.dirname, "../..");

/**
 * The files whose mutants the tests must kill: stores and their statements, rules, guards, token verification, and the
 * use cases that decide. Pages, providers and the client package are not among them.
 */
const TARGETS = [
  "src/**/{store,statements,rules,predicates,errors}.ts",
  "src/**/*-{store,statements,rules}.ts",
  "src/http/*.ts",
  "src/core/{email-address,phone-number,text,ids}.ts",
  "src/core/crypto/*.ts",
  "src/{accounts,admin,authentication,captcha,oauth,rate-limit,registration,rpc,sessions}/**/*.ts",
  "src/messaging/outbox/*.ts",
  "src/jobs/*.ts",
];
const EXCLUDED = /\/(pages|providers)\/|\/(routes|fields|.*-routes)\.ts$|src\/accounts\/avatar\/image\//;

export type Mutant = MutationPoint & {
  readonly id: number;
  /** Relative to the project, with slashes. */
  readonly file: string;
  /** Names the mutant across changes of other lines: file, kind, original text and occurrence. */
  readonly key: string;
};

export type Target = { readonly file: string; readonly source: string; readonly mutants: readonly Mutant[] };

/** The target files with their mutants, numbered from 1. `filters`: parts of paths; none means all files. */
export function readTargets(filters: readonly string[] = []): Target[] {
  const files = [...new Set(TARGETS.flatMap((pattern) => globSync(pattern, { cwd: ROOT })))]
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => !EXCLUDED.test(file))
    .sort();
  let id = 0;
  const targets = files.map((file) => {
    const source = readFileSync(join(ROOT, file), "utf8");
    const seen = new Map<string, number>();
    const mutants = findMutationPoints(file, source).map((point): Mutant => {
      const base = `${file} · ${point.kind} · ${point.original}`;
      const count = (seen.get(base) ?? 0) + 1;
      seen.set(base, count);
      id += 1;
      return { ...point, id, file, key: count === 1 ? base : `${base} · ${count}` };
    });
    return { file, source, mutants };
  });
  // Filtered after numbering, so an id means the same in every run.
  return targets.filter(({ file }) => filters.length === 0 || filters.some((part) => file.includes(part)));
}
