import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { guardedRoutes } from "../../../src/rate-limit/policies.ts";

// Finds the use cases that a route or a page calls in their source. A use case is the only export of its file and has
// the name of the file.

const camel = (file: string) => file.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

type Import = { readonly name: string; readonly path: string };

/** The relative imports of a file: the camel-case name of the imported file, and its path. */
const importsOf = (path: string, source: string): Import[] =>
  [...source.matchAll(/from "(\.[^"]*?([\w-]+)\.tsx?)"/g)].map(([, from = "", file = ""]) => ({
    name: camel(file),
    path: join(dirname(path), from),
  }));

/** Functions of these folders, such as `isTopLevelNavigation`, serve requests of any use case. */
const isUseCase = ({ path }: Import) => !/^src\/(?:core|http|ui)\//.test(path);

const callsIn = (text: string, imports: readonly Import[]) =>
  imports
    .filter((one) => isUseCase(one) && new RegExp(`\\b${one.name}\\(`).test(text))
    .map(({ name }) => name);

/** The source of a route and of the local functions that it calls. */
const withHelpers = (text: string, source: string) =>
  [...source.matchAll(/\n(?:async )?function (\w+)\(.*?\n}\n/gs)]
    .filter(([, name]) => new RegExp(`\\b${name}\\(`).test(text))
    .reduce((all, [body]) => all + body, text);

/** All API routes and the use cases that they call. */
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
      useCases: callsIn(withHelpers(inside, source), imports),
    }));
  });
}

/** The path of a page: a literal, or a constant of its file or of a file of the same folder. */
function pathOf(path: string, source: string): string {
  const [, literal] = /^ {2}path: "([^"]+)"/m.exec(source) ?? [];
  if (literal) return literal;
  const [, name] = /^ {2}path: ([A-Z_]+),/m.exec(source) ?? [];
  const siblings = importsOf(path, source).filter((one) => dirname(one.path) === dirname(path));
  const sources = [source, ...siblings.map((one) => readFileSync(one.path, "utf8"))];
  const constant = new RegExp(`^(?:export )?const ${name} = "([^"]+)"`, "m");
  const [found] = sources.flatMap((text) => constant.exec(text)?.[1] ?? []);
  if (!found) throw new Error(`no path of a page in ${path}`);
  return found;
}

/** All pages with a form and the use cases that they call, directly or through a file of the same folder. */
function pages() {
  return globSync("src/**/pages/*.tsx").flatMap((path) => {
    const source = readFileSync(path, "utf8");
    if (!/^ {2}submit: /m.test(source)) return [];
    const imports = importsOf(path, source);
    const siblings = imports.filter((one) => dirname(one.path) === dirname(path));
    const useCases = [
      ...callsIn(source, imports),
      ...siblings.flatMap((one) => {
        const text = readFileSync(one.path, "utf8");
        return callsIn(text, importsOf(one.path, text));
      }),
    ];
    return [{ page: `POST ${pathOf(path, source)}`, useCases }];
  });
}

const policyOf = new Map(guardedRoutes().map(({ method, path, policy }) => [`${method} ${path}`, policy]));
const limited = routes().filter(({ route }) => policyOf.has(route));
const shared = pages()
  .map(({ page, useCases }) => ({
    page,
    policies: limited
      .filter((one) => one.useCases.some((useCase) => useCases.includes(useCase)))
      .map(({ route }) => policyOf.get(route)),
  }))
  .filter(({ policies }) => policies.length > 0);

describe("rate-limit windows shared by pages and the API", () => {
  it("finds the use cases of all limited routes, and more than 15 shared forms", () => {
    const withoutUseCase = limited.filter(({ useCases }) => useCases.length === 0).map(({ route }) => route);
    expect(withoutUseCase).toEqual([]);
    expect(shared.length).toBeGreaterThan(15);
  });

  it.each(shared)(
    "$page shares the rate-limit window of the API route with the same use case",
    ({ page, policies }) => {
      expect(policies).toContain(policyOf.get(page));
    },
  );
});
