import { parseSync, Visitor } from "oxc-parser";

/** One change of the source: the expression in `[start, end)` is replaced by `replacement`. */
export type MutationPoint = {
  readonly kind: MutationKind;
  /** UTF-16 offsets in the file. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** The original text on one line, at most 120 characters. */
  readonly original: string;
  readonly replacement: string;
  /** Text before the expression: the key of a shorthand property. */
  readonly prefix?: string;
};

export type MutationKind =
  | "condition is always true"
  | "condition is always false"
  | "operand is dropped"
  | "boundary moves"
  | "comparison is inverted"
  | "conjunct is dropped"
  | "alternative is dropped"
  | "WHERE is dropped"
  | "EXISTS is inverted"
  | "statement is dropped";

type Span = { readonly type: string; readonly start: number; readonly end: number };
type Call = Span & { readonly callee: Span & { name?: string }; readonly arguments: readonly Span[] };
type Template = Span & {
  readonly quasis: readonly (Span & { value: { raw: string } })[];
  readonly expressions: readonly Span[];
};

const BOUNDARIES: Readonly<Record<string, string>> = { "<": "<=", "<=": "<", ">": ">=", ">=": ">" };
const INVERSE: Readonly<Record<string, string>> = { "===": "!==", "!==": "===" };
const SQL_BOUNDARIES: Readonly<Record<string, string>> = { lt: "lte", lte: "lt", gt: "gte", gte: "gt" };
const SQL_EXISTS: Readonly<Record<string, string>> = { exists: "notExists", notExists: "exists" };

/** A statement that D1 accepts in a batch, and that reads and changes nothing. */
const NO_STATEMENT = "globalThis.__noStatement(db)";

/**
 * The mutation points of a TypeScript file, in the order of their position: conditions, operands and boundaries of the
 * code, conjuncts of its SQL (drizzle calls and `sql` templates), and the statements of its batches.
 */
export function findMutationPoints(fileName: string, source: string): MutationPoint[] {
  const { program, errors } = parseSync(fileName, source);
  if (errors.length > 0) throw new Error(`${fileName}: ${errors[0]?.message}`);
  const points: MutationPoint[] = [];
  const add = (
    kind: MutationKind,
    { start, end }: Pick<Span, "start" | "end">,
    replacement: string,
    prefix = "",
  ) => {
    const original = source.slice(start, end).replace(/\s+/g, " ");
    const line = source.slice(0, start).split("\n").length;
    points.push({ kind, start, end, line, original: original.slice(0, 120), replacement, prefix });
  };
  const text = (node: Span) => source.slice(node.start, node.end);

  const addCondition = (test: Span) => {
    // The operands of a conjunction or disjunction are points of their own.
    if (test.type !== "LogicalExpression") add("condition is always true", test, "true");
    add("condition is always false", test, "false");
  };
  const covered = new Set<number>();
  const coverComparison = (node: Span) => {
    if (node.type === "BinaryExpression") covered.add(node.start * 1e6 + node.end);
  };

  const visitor = new Visitor({
    IfStatement: (node) => {
      addCondition(node.test);
      coverComparison(node.test);
    },
    ConditionalExpression: (node) => {
      addCondition(node.test);
      coverComparison(node.test);
    },
    LogicalExpression: ({ operator, left, right }) => {
      if (operator === "??") return;
      const neutral = operator === "&&" ? "true" : "false";
      for (const operand of [left, right]) {
        coverComparison(operand);
        if (operand.type !== "LogicalExpression") add("operand is dropped", operand, neutral);
      }
    },
    BinaryExpression: (node) => {
      const { operator, left, right } = node;
      const moved = BOUNDARIES[operator];
      if (moved) add("boundary moves", node, `${text(left)} ${moved} ${text(right)}`);
      const inverse = INVERSE[operator];
      if (inverse && !covered.has(node.start * 1e6 + node.end)) {
        add("comparison is inverted", node, `${text(left)} ${inverse} ${text(right)}`);
      }
    },
    CallExpression: (node) => addSqlCall(node as unknown as Call),
    TaggedTemplateExpression: ({ tag, quasi }) => {
      if (text(tag as Span) === "sql") addSqlTemplate(quasi as unknown as Template);
    },
  });

  function addSqlCall(call: Call) {
    const name = call.callee.type === "Identifier" ? text(call.callee) : "";
    const args = call.arguments;
    if (name === "and" || name === "or") {
      const kind = name === "and" ? "conjunct is dropped" : "alternative is dropped";
      for (const arg of args) if (arg.type !== "SpreadElement") add(kind, arg, "undefined");
    }
    if (text(call.callee).endsWith(".where") && args.length === 1) {
      const [where] = args as [Span];
      const isAnd = where.type === "CallExpression" && /^and\(/.test(text(where));
      if (!isAnd) add("WHERE is dropped", where, "undefined");
    }
    const boundary = SQL_BOUNDARIES[name];
    if (boundary) add("boundary moves", call, sqlCall(boundary, args));
    const existence = SQL_EXISTS[name];
    if (existence) add("EXISTS is inverted", call, sqlCall(existence, args));
    if (name === "runBatch" && args[1]?.type === "ObjectExpression") addBatch(args[1]);
  }

  /** Not every file imports the other function, so the replacement takes it from the global object. */
  const sqlCall = (name: string, args: readonly Span[]) =>
    `globalThis.__drizzle.${name}(${args.map(text).join(", ")})`;

  function addBatch(statements: Span) {
    const { properties } = statements as unknown as {
      properties: (Span & { value?: Span; shorthand?: boolean })[];
    };
    for (const { value, shorthand } of properties) {
      if (!value) continue;
      if (value.type !== "ArrayExpression") {
        const nothing = `(Array.isArray(${text(value)}) ? [] : ${NO_STATEMENT})`;
        add("statement is dropped", value, nothing, shorthand ? `${text(value)}: ` : "");
        continue;
      }
      const { elements } = value as unknown as { elements: (Span | null)[] };
      for (const element of elements) {
        if (element?.type === "SpreadElement") {
          const { argument } = element as unknown as { argument: Span };
          add("statement is dropped", argument, "[]");
        } else if (element) add("statement is dropped", element, NO_STATEMENT);
      }
    }
  }

  /** Each conjunct of a template that is a chain of ANDs at its outermost level. */
  function addSqlTemplate(template: Template) {
    const cuts: { from: number; to: number }[] = [];
    let depth = 0;
    for (const quasi of template.quasis) {
      // The span of an element includes its delimiters in some versions of the parser: find the raw text itself.
      const offset = source.indexOf(quasi.value.raw, quasi.start);
      for (const match of quasi.value.raw.matchAll(/\(|\)|\b(AND|OR|WHERE|BETWEEN)\b/g)) {
        const at = offset + match.index;
        if (match[0] === "(") depth += 1;
        else if (match[0] === ")") depth -= 1;
        else if (depth === 0 && match[0] !== "AND") return;
        else if (depth === 0) cuts.push({ from: at, to: at + match[0].length });
      }
    }
    if (cuts.length === 0) return;
    const first = template.start + 1;
    const last = template.end - 1;
    const starts = [first, ...cuts.map(({ to }) => to)];
    const ends = [...cuts.map(({ from }) => from), last];
    for (const [index, start] of starts.entries()) {
      const end = ends[index] as number;
      const dropped = `${source.slice(first, start)} 1 ${source.slice(end, last)}`;
      points.push({
        kind: "conjunct is dropped",
        start: template.start,
        end: template.end,
        line: source.slice(0, start).split("\n").length,
        original: source.slice(start, end).trim().replace(/\s+/g, " ").slice(0, 120),
        replacement: `\`${dropped}\``,
      });
    }
  }

  visitor.visit(program);
  return points.sort((a, b) => a.start - b.start || b.end - a.end);
}
