/** What a reader is asked to believe or to paste, and where it stands. */
export type Example = {
  readonly file: string;
  /** Of the block's first line, from 1. */
  readonly line: number;
  /** The first word of the fence; empty where there is none. */
  readonly language: string;
  readonly code: string;
  readonly mark: Mark | null;
};

/** What an HTML comment above a block says of it. Readers of the page do not see it. */
export type Mark =
  /** Bash, pasted into a shell beside a real `npm run dev`. */
  | { readonly kind: "run" }
  /** A test takes it from the page by that name, and runs it. */
  | {
      readonly kind: "run-by";
      /** `flows/restore` is test/flows/restore.test.ts. */
      readonly test: string;
      readonly name: string;
      /** TypeScript: the names that the text around the block has explained. */
      readonly declarations: string | null;
    }
  /** What cannot be run here, and why. It is read for mistakes all the same. */
  | { readonly kind: "not-run"; readonly reason: string };

/** What is wrong, and what to write instead. */
export type Problem = { readonly file: string; readonly line: number; readonly says: string };

export const problemIn = ({ file, line }: Pick<Example, "file" | "line">, says: string): Problem => ({
  file,
  line,
  says,
});
