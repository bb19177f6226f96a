/** What somebody wrote down. `createdAt` in milliseconds. */
export type Note = { readonly id: string; readonly text: string; readonly createdAt: number };

/** The newest that are shown. */
const SHOWN = 100;

/** Code points of a note, at most. */
export const LONGEST = 500;

export async function listNotes(db: D1Database, userId: string): Promise<Note[]> {
  const { results } = await db
    .prepare(
      "SELECT id, text, created_at AS createdAt FROM notes WHERE user_id = ? ORDER BY created_at DESC LIMIT ?",
    )
    .bind(userId, SHOWN)
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

/** Whether there was one: somebody else's is not there. */
export async function deleteNote(db: D1Database, userId: string, id: string): Promise<boolean> {
  const { meta } = await db.prepare("DELETE FROM notes WHERE id = ? AND user_id = ?").bind(id, userId).run();
  return meta.changes > 0;
}

/** The text as it is kept, or null where there is none or too much of it. */
export function readText(typed: unknown): string | null {
  if (typeof typed !== "string") return null;
  const text = typed.trim().toWellFormed();
  return text !== "" && [...text].length <= LONGEST ? text : null;
}
