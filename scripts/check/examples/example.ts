/** A code block of a page. */
export type Example = {
  readonly file: string;
  /** The line number of the block's first line, from 1. */
  readonly line: number;
  /** The info string's first word, or empty. */
  readonly language: string;
  readonly code: string;
  readonly mark: Mark | null;
};

/** The HTML comment above a block, which readers of the page do not see. */
export type Mark =
  /** Bash that `npm run walk` runs against a real `npm run dev`. */
  | { readonly kind: "run" }
  /** A test reads it from the page by this name, and runs it. */
  | {
      readonly kind: "run-by";
      /** `flows/restore` is test/flows/restore.test.ts. */
      readonly test: string;
      readonly name: string;
      readonly declarations: Declarations;
    }
  /** It cannot run here. Its syntax is still checked. */
  | { readonly kind: "not-run"; readonly reason: string; readonly declarations: Declarations };

/** TypeScript declarations of names that the surrounding text explains. */
type Declarations = string | null;

/** An error in a page. The message includes the correction. */
export type Problem = { readonly file: string; readonly line: number; readonly message: string };

export const problemIn = ({ file, line }: Pick<Example, "file" | "line">, message: string): Problem => ({
  file,
  line,
  message,
});

export const declarationsOf = ({ mark }: Pick<Example, "mark">): Declarations =>
  mark === null || mark.kind === "run" ? null : mark.declarations;
