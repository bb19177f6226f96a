import type { DevMessage } from "./dev-message.ts";
import { frameDocument } from "./frame-document.ts";
import { type PageState, pageLink } from "./page-link.ts";

const WEB_LINK = /(https?:\/\/[^\s<>"]+)/;

/** One message: the mail as its reader sees it, or its plain text. */
export function MessageView({ message, state }: { message: DevMessage; state: PageState }) {
  const { html } = message;
  return (
    <article class="message">
      <a class="back" href={pageLink({ ...state, id: undefined, view: "html" })}>
        ← All messages
      </a>
      <h2>{titleOf(message)}</h2>
      <dl>
        <dt>To</dt>
        <dd>{message.to}</dd>
        <dt>Received</dt>
        <dd>
          <Moment instant={message.createdAt} />
        </dd>
      </dl>
      {html !== "" && <Views message={message} state={state} />}
      {html === "" || state.view === "text" ? (
        <pre>{withLinks(message.text)}</pre>
      ) : (
        <iframe
          title="The mail as its reader sees it"
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          srcdoc={frameDocument(html)}
        />
      )}
    </article>
  );
}

/** The subject of a mail, or the first line of a text message. */
export function titleOf({ subject, text }: DevMessage): string {
  return subject || (text.split("\n", 1)[0] ?? "");
}

/** To the second and in UTC, for comparison with logs. */
export function Moment({ instant }: { instant: number }) {
  const iso = new Date(instant).toISOString();
  return <time datetime={iso}>{`${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`}</time>;
}

function Views({ message, state }: { message: DevMessage; state: PageState }) {
  return (
    <nav class="views" aria-label="How to show the mail">
      {(["html", "text"] as const).map((view) => (
        <a
          href={pageLink({ ...state, id: message.id, view })}
          aria-current={view === state.view ? "true" : undefined}
        >
          {view === "html" ? "Mail" : "Plain text"}
        </a>
      ))}
    </nav>
  );
}

/** Splitting by a pattern with one group puts the links at the odd indexes. */
function withLinks(text: string) {
  return text.split(WEB_LINK).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      <a href={part} target="_blank" rel="noopener noreferrer">
        {part}
      </a>
    ),
  );
}
