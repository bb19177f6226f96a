CREATE TABLE `client_counters` (
	`key` text PRIMARY KEY NOT NULL,
	`requests` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `client_counters_expiry` ON `client_counters` (`expires_at`);--> statement-breakpoint
CREATE TABLE `queued_requests` (
	`id` text PRIMARY KEY NOT NULL,
	`target` text,
	`password_hash` text,
	`sealed` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `queued_requests_created` ON `queued_requests` (`created_at`);--> statement-breakpoint
CREATE INDEX `queued_requests_target` ON `queued_requests` (`target`,`created_at`);--> statement-breakpoint
ALTER TABLE `outbox` ADD `budget` text DEFAULT 'requested' NOT NULL;--> statement-breakpoint
ALTER TABLE `accounts` ADD `invited_at` integer;--> statement-breakpoint
CREATE INDEX `accounts_unverified` ON `accounts` (`created_at`) WHERE email_verified_at IS NULL;--> statement-breakpoint
-- An invited account is never deleted as an abandoned registration. Invitations of the past are known by their token or
-- their audit event. An unverified account without a password counts as invited too, because both may have expired.
UPDATE `accounts` SET `invited_at` = `created_at`
WHERE `id` IN (SELECT `account_id` FROM `email_tokens` WHERE `purpose` = 'invite')
	OR `id` IN (SELECT `account_id` FROM `audit_events` WHERE `type` = 'user_invited')
	OR (`email_verified_at` IS NULL AND `password_hash` IS NULL);--> statement-breakpoint
-- A trigger, so that the invitations of the previous Worker count as well while it is still running.
CREATE TRIGGER `email_tokens_invited` AFTER INSERT ON `email_tokens` WHEN new.purpose = 'invite'
BEGIN
	UPDATE accounts SET invited_at = new.created_at WHERE id = new.account_id AND invited_at IS NULL;
END;
