CREATE TABLE `pending_denials` (
	`session_id` text PRIMARY KEY NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `pending_denials_expires` ON `pending_denials` (`expires_at`);--> statement-breakpoint
-- The last token of a session: its refresh token, or an access token of the longest life that may be configured (a day), issued
-- at its last rotation or at a retry of that, within ten seconds. What has run out already is nobody's to deny.
CREATE TRIGGER `sessions_revoked` AFTER UPDATE OF revoked_at ON `sessions`
WHEN old.revoked_at IS NULL AND new.revoked_at IS NOT NULL
	AND max(old.idle_expires_at, old.rotated_at + 86410000) > new.revoked_at
BEGIN
	INSERT INTO pending_denials (session_id, expires_at)
	VALUES (old.id, max(old.idle_expires_at, old.rotated_at + 86410000));
END;
