import { type DescribedResponse, type Description, resolve, validatorOf } from "./document.ts";

/** Headers that a caller may rely on: an answer that has one says so in the document. */
const TRACKED = [
  "Allow",
  "Cache-Control",
  "ETag",
  "Location",
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
  "Set-Cookie",
  "WWW-Authenticate",
  "X-Request-Id",
];

type Answer = {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  /** Of JSON, and of what has no type; null of all else, and to HEAD. */
  readonly text: string | null;
};

/** Compares answers with a document; what comes back says what is wrong with one, and is empty when nothing is. */
export function conformanceTo(document: Description): (answer: Answer) => string[] {
  const validators = new Map<object, (value: unknown) => string[]>();
  const operationOf = findOperation(document);

  function faultsOf(schema: Record<string, unknown>, value: unknown): string[] {
    const known = validators.get(schema) ?? validatorOf(document, schema);
    validators.set(schema, known);
    return known(value);
  }

  function headerFaults(described: NonNullable<DescribedResponse["headers"]>, headers: Headers): string[] {
    const missing = Object.entries(described).flatMap(([name, reference]) => {
      const { required, schema } = resolve(document, reference);
      const value = headers.get(name);
      if (value === null) return required ? [`the header ${name} is not there`] : [];
      const parsed = schema.type === "integer" && /^-?\d+$/.test(value) ? Number(value) : value;
      return faultsOf(schema, parsed).map((fault) => `the header ${name}, "${value}": ${fault}`);
    });
    const names = Object.keys(described).map((name) => name.toLowerCase());
    const undescribed = TRACKED.filter((name) => headers.has(name) && !names.includes(name.toLowerCase()));
    return [...missing, ...undescribed.map((name) => `the header ${name} is not described`)];
  }

  function bodyFaults({ content }: DescribedResponse, { headers, text }: Answer): string[] {
    const type = headers.get("Content-Type")?.split(";")[0] ?? "none";
    if (!content)
      return type === "none" && !text ? [] : [`a body is not described, and there is one: ${type}`];
    const described = content[type];
    if (!described)
      return [`the type of the body, ${type}, is not described: ${Object.keys(content).join(", ")}`];
    if (type !== "application/json" || text === null) return [];
    return faultsOf(described.schema, JSON.parse(text)).map(
      (fault) => `${fault}\n  in ${text.slice(0, 500)}`,
    );
  }

  return (answer) => {
    const operation = operationOf(answer.method, answer.path);
    if (!operation) return isOfApi(answer) ? faultsOfUndescribed(answer, faultsOf, document) : [];
    const reference = operation.responses[String(answer.status)];
    if (!reference) return [`the status is not described: ${answer.text?.slice(0, 300)}`];
    const described = resolve(document, reference);
    return [...headerFaults(described.headers ?? {}, answer.headers), ...bodyFaults(described, answer)];
  };
}

const isOfApi = ({ method, path }: Answer): boolean => path.startsWith("/api/auth/") && method !== "OPTIONS";

/** What no operation describes is not there, or takes other methods; the introduction of the document says so. */
function faultsOfUndescribed(
  { status, headers, text }: Answer,
  faultsOf: (schema: Record<string, unknown>, value: unknown) => string[],
  { components }: Description,
): string[] {
  const faults = [
    ...(status < 400 ? ["it answers, and no operation describes it"] : []),
    ...(headers.has("X-Request-Id") ? [] : ["the header X-Request-Id is not there"]),
    ...(headers.has("Allow") === (status === 405) ? [] : ["the header Allow belongs to 405 alone"]),
  ];
  const { Failure } = components.schemas;
  return text === null || !Failure ? faults : [...faults, ...faultsOf(Failure, JSON.parse(text))];
}

function findOperation({ paths }: Description) {
  const patterns = Object.entries(paths).map(([template, methods]) => {
    const expression = template.replaceAll(/[.]/g, "\\.").replaceAll(/\{\w+\}/g, "[^/]+");
    return { isFixed: !template.includes("{"), expression: new RegExp(`^${expression}$`), methods };
  });
  // An address without a parameter is meant before one with.
  patterns.sort((a, b) => Number(b.isFixed) - Number(a.isFixed));
  return (method: string, path: string) => {
    const asked = method === "HEAD" ? "get" : method.toLowerCase();
    return patterns.find(({ expression, methods }) => expression.test(path) && methods[asked])?.methods[
      asked
    ];
  };
}
