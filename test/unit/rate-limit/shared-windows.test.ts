import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { guardedRoutes } from "../../../src/rate-limit/policies.ts";

// Which verbs a route or a page calls is read off their source: a verb is its file's only export, and has its name.

const camel = (file: string) => file.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

type Import = { readonly name: string; readonly path: string };

/** What a file imports of the house, by the name of the file and where it is. */
const importsOf = (path: string, source: string): Import[] =>
  [...source.matchAll(/from "(\.[^"]*?([\w-]+)\.tsx?)"/g)].map(([, from = "", file = ""]) => ({
    name: camel(file),
    path: join(dirname(path), from),
  }));

const callsIn = (text: string, imports: readonly Import[]) =>
  imports.filter(({ name }) => new RegExp(`\\b${name}\\(`).test(text)).map(({ name }) => name);

/** The text of a route, and of the helpers of its file that it calls. */
const withHelpers = (text: string, source: string) =>
  [...source.matchAll(/\n(?:async )?function (\w+)\(.*?\n}\n/gs)]
    .filter(([, name]) => new RegExp(`\\b${name}\\(`).test(text))
    .reduce((all, [body]) => all + body, text);

/** Every route of the API with the verbs that it calls. */
function routes() {
  return globSync("src/**/*routes.ts").flatMap((path) => {
    const source = readFileSync(path, "utf8");
    const imports = importsOf(path, source);
    return [
      ...source.matchAll(
        /\n\s*\.(get|post|put|patch|delete)\(\s*"([^"]+)"(.*?)(?=\n\s*\.(?:get|post|put|patch|delete)\(|$)/gs,
      ),
    ].map(([, method = "", at = "", inside = ""]) => ({
      route: `${method.toUpperCase()} /api/auth${at}`,
      verbs: callsIn(withHelpers(inside, source), imports),
    }));
  });
}

/** Every page with a form, with the verbs that it calls by itself or by what stands beside it. */
function pages() {
  return globSync("src/pages/*/*.tsx").flatMap((path) => {
    const source = readFileSync(path, "utf8");
    if (!/^ {2}submit: /m.test(source)) return [];
    const [, literal] = /^ {2}path: "([^"]+)"/m.exec(source) ?? [];
    const [, constant] = /^const PATH = "([^"]+)"/m.exec(source) ?? [];
    const at = literal ?? constant;
    if (!at) throw new Error(`where is the page of ${path}?`);
    const imports = importsOf(path, source);
    const beside = imports.filter((one) => dirname(one.path) === dirname(path));
    const verbs = [
      ...callsIn(source, imports),
      ...beside.flatMap((one) => {
        const text = readFileSync(one.path, "utf8");
        return callsIn(text, importsOf(one.path, text));
      }),
    ];
    return [{ page: `POST ${at}`, verbs }];
  });
}

const policyOf = new Map(guardedRoutes().map(({ method, path, policy }) => [`${method} ${path}`, policy]));
const limited = routes().filter(({ route }) => policyOf.has(route));
const shared = pages()
  .map(({ page, verbs }) => ({
    page,
    policies: limited
      .filter((one) => one.verbs.some((verb) => verbs.includes(verb)))
      .map(({ route }) => policyOf.get(route)),
  }))
  .filter(({ policies }) => policies.length > 0);

describe("a page's form does what the API does, in the same window", () => {
  it("as the source of both is read here", () => {
    const without = limited.filter(({ verbs }) => verbs.length === 0).map(({ route }) => route);
    expect(without).toEqual([]);
    expect(shared.length).toBeGreaterThan(15);
  });

  it.each(shared)("$page", ({ page, policies }) => {
    expect(policies).toContain(policyOf.get(page));
  });
});
