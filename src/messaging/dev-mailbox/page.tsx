import type { DevMessage } from "./dev-message.ts";
import { EmptyState } from "./empty-state.tsx";
import { MessageView, Moment, titleOf } from "./message-view.tsx";
import { type PageState, pageLink } from "./page-link.ts";
import { MAILBOX_STYLE } from "./style.ts";

type Props = PageState & {
  /** Newest first. */
  readonly messages: readonly DevMessage[];
  /** The origin of this service, for the example in an empty mailbox. */
  readonly origin: string;
};

/**
 * The mailbox as one page: the list, and the selected message beside it. A narrow screen shows one of the two: the list
 * until a message is selected. It works without its script, which looks for new messages.
 */
export function MailboxPage({ messages, origin, ...state }: Props) {
  const selected = messages.find(({ id }) => id === state.id);
  const notFound = state.id !== undefined && selected === undefined;
  const shown = selected ?? (notFound ? undefined : messages[0]);
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Mailbox</title>
        {/* An empty icon: without it, the browser requests /favicon.ico and logs an error. */}
        <link rel="icon" href="data:," />
        <style>{MAILBOX_STYLE}</style>
        <script src="/dev/mailbox.js" defer />
      </head>
      <body
        class={selected ? "reading" : "listing"}
        data-latest={messages[0] && new Date(messages[0].createdAt).toISOString()}
      >
        <Masthead state={state} />
        <p class="note" role="status" hidden />
        {notFound && <p class="note">That message is not here. It may belong to another recipient’s list.</p>}
        {messages.length === 0 ? (
          <EmptyState to={state.to} origin={origin} />
        ) : (
          <main>
            <MessageList messages={messages} shown={shown} state={state} />
            {shown && <MessageView message={shown} state={state} />}
          </main>
        )}
      </body>
    </html>
  );
}

function Masthead({ state }: { state: PageState }) {
  return (
    <header>
      <h1>
        <a href="/dev/mailbox">Mailbox</a>
      </h1>
      <form method="get" action="/dev/mailbox">
        <label for="to">To</label>
        <input id="to" name="to" type="search" value={state.to} placeholder="anyone" autocomplete="off" />
        <button type="submit">Filter</button>
      </form>
      {/* Shows the newest message to this recipient. */}
      <a class="refresh" href={pageLink({ to: state.to, id: undefined, view: "html" })}>
        Refresh
      </a>
    </header>
  );
}

type ListProps = {
  readonly messages: readonly DevMessage[];
  readonly shown: DevMessage | undefined;
  readonly state: PageState;
};

function MessageList({ messages, shown, state }: ListProps) {
  return (
    <nav class="list" aria-label="Messages, newest first">
      <ol>
        {messages.map((message) => (
          <li>
            <a
              href={pageLink({ ...state, id: message.id })}
              aria-current={message.id === shown?.id ? "true" : undefined}
            >
              <strong>{titleOf(message)}</strong>
              <span>
                {message.channel === "sms" && "SMS to "}
                {message.to}
              </span>
              <Moment instant={message.createdAt} />
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}
