/** Text of the document: Markdown of paragraphs and code, which is all that ours has. */
export const Prose = ({ text }: { text: string }) => (
  <>
    {text.split("\n\n").map((paragraph) => (
      <p>
        <Line text={paragraph} />
      </p>
    ))}
  </>
);

/** One paragraph of it, without its element. */
export const Line = ({ text }: { text: string }) => (
  <>{text.split("`").map((part, index) => (index % 2 === 1 ? <code>{part}</code> : part))}</>
);
