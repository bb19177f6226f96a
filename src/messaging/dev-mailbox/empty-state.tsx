/** Shown without messages: how to cause the first mail. `origin`: the origin of this service. */
export function EmptyState({ to, origin }: { to: string | undefined; origin: string }) {
  if (to !== undefined) {
    return (
      <main class="empty">
        <h2>Nothing for {to} yet</h2>
        <p>
          Type the whole address or number. <a href="/dev/mailbox">Show the messages to everyone</a>.
        </p>
      </main>
    );
  }
  return (
    <main class="empty">
      <h2>No messages yet</h2>
      <p>
        In development nothing leaves this machine: every mail that the service would send arrives here.
        Register a user to get the first one:
      </p>
      <pre>{exampleOf(origin)}</pre>
      <p>The mail appears here. Open the link in it.</p>
    </main>
  );
}

const exampleOf = (origin: string): string => `curl ${origin}/api/auth/register \\
  -H 'Content-Type: application/json' \\
  -d '{"email":"ada@example.com","password":"correct horse battery staple","name":"Ada"}'`;
