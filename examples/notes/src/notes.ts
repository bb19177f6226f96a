/** A note of a user. `createdAt` is in milliseconds since the Unix epoch. */
export type Note = { readonly id: string; readonly text: string; readonly createdAt: number };

/** The page and the API list the newest notes only. */
const LIST_LIMIT = 100;

/** In code points. */
export const MAX_NOTE_LENGTH = 500;

export async function listNotes(db: D1Database, userId: string): Promise<Note[]> {
  const { results } = await db
    .prepare(
      "SELECT id, text, created_at AS createdAt FROM notes WHERE user_id = ? ORDER BY created_at DESC LIMIT ?",
    )
    .bind(userId, LIST_LIMIT)
    .all<Note>();
  return results;
}

export async function addNote(db: D1Database, userId: string, text: string): Promise<Note> {
  const note = { id: crypto.randomUUID(), text, createdAt: Date.now() };
  await db
    .prepare("INSERT INTO notes (id, user_id, text, created_at) VALUES (?, ?, ?, ?)")
    .bind(note.id, userId, note.text, note.createdAt)
    .run();
  return note;
}

/** Returns false if the user has no note with this ID. Notes of other users are never deleted. */
export async function deleteNote(db: D1Database, userId: string, id: string): Promise<boolean> {
  const { meta } = await db.prepare("DELETE FROM notes WHERE id = ? AND user_id = ?").bind(id, userId).run();
  return meta.changes > 0;
}

/** Returns the trimmed text, or null if it is not a string, is empty or exceeds MAX_NOTE_LENGTH. */
export function parseNoteText(input: unknown): string | null {
  if (typeof input !== "string") return null;
  const text = input.trim().toWellFormed();
  return text !== "" && [...text].length <= MAX_NOTE_LENGTH ? text : null;
}
