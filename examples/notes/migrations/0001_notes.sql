CREATE TABLE notes (
  id TEXT PRIMARY KEY NOT NULL,
  -- The `userId` of the session. Gatehouse stores the users themselves.
  user_id TEXT NOT NULL,
  text TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX notes_of_user ON notes (user_id, created_at);
