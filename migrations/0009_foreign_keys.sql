-- Deleting an account deletes every row that it owns. SQLite adds a foreign key only to a new table, so each child table is
-- built again, with the rows whose account exists. `accounts` itself is not rebuilt: dropping it would delete all children,
-- since D1 ignores PRAGMA foreign_keys=OFF. `audit_events` gets no foreign key: it outlives accounts.
CREATE TABLE `__new_email_tokens` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`purpose` text NOT NULL,
	`email` text NOT NULL,
	`email_key` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`consumed_at` integer,
	`claim` text,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `__new_email_tokens`("token_hash", "account_id", "purpose", "email", "email_key", "created_at", "expires_at", "consumed_at", "claim")
SELECT "token_hash", "account_id", "purpose", "email", "email_key", "created_at", "expires_at", "consumed_at", "claim"
FROM `email_tokens` WHERE EXISTS (SELECT 1 FROM `accounts` WHERE `accounts`.`id` = `email_tokens`.`account_id`);--> statement-breakpoint
DROP TABLE `email_tokens`;--> statement-breakpoint
ALTER TABLE `__new_email_tokens` RENAME TO `email_tokens`;--> statement-breakpoint
CREATE INDEX `email_tokens_account` ON `email_tokens` (`account_id`,`purpose`);--> statement-breakpoint
CREATE INDEX `email_tokens_expiry` ON `email_tokens` (`expires_at`);--> statement-breakpoint
CREATE TABLE `__new_one_time_codes` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`purpose` text NOT NULL,
	`phone` text,
	`amr` text DEFAULT 'pwd' NOT NULL,
	`code_hash` text NOT NULL,
	`tries` integer NOT NULL,
	`attempt` text,
	`lock_key` text NOT NULL,
	`new_device` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`consumed_at` integer,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `__new_one_time_codes`("id", "account_id", "purpose", "phone", "amr", "code_hash", "tries", "attempt", "lock_key", "new_device", "created_at", "expires_at", "consumed_at")
SELECT "id", "account_id", "purpose", "phone", "amr", "code_hash", "tries", "attempt", "lock_key", "new_device", "created_at", "expires_at", "consumed_at"
FROM `one_time_codes` WHERE EXISTS (SELECT 1 FROM `accounts` WHERE `accounts`.`id` = `one_time_codes`.`account_id`);--> statement-breakpoint
DROP TABLE `one_time_codes`;--> statement-breakpoint
ALTER TABLE `__new_one_time_codes` RENAME TO `one_time_codes`;--> statement-breakpoint
CREATE INDEX `one_time_codes_account` ON `one_time_codes` (`account_id`,`purpose`);--> statement-breakpoint
CREATE INDEX `one_time_codes_expiry` ON `one_time_codes` (`expires_at`);--> statement-breakpoint
CREATE TABLE `__new_sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`generation` integer NOT NULL,
	`amr` text NOT NULL,
	`ip` text,
	`user_agent` text,
	`created_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	`rotated_at` integer NOT NULL,
	`idle_expires_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`revoked_at` integer,
	`parent_id` text,
	`app_origin` text,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `__new_sessions`("id", "account_id", "generation", "amr", "ip", "user_agent", "created_at", "last_used_at", "rotated_at", "idle_expires_at", "expires_at", "revoked_at", "parent_id", "app_origin")
SELECT "id", "account_id", "generation", "amr", "ip", "user_agent", "created_at", "last_used_at", "rotated_at", "idle_expires_at", "expires_at", "revoked_at", "parent_id", "app_origin"
FROM `sessions` WHERE EXISTS (SELECT 1 FROM `accounts` WHERE `accounts`.`id` = `sessions`.`account_id`);--> statement-breakpoint
DROP TABLE `sessions`;--> statement-breakpoint
ALTER TABLE `__new_sessions` RENAME TO `sessions`;--> statement-breakpoint
CREATE INDEX `sessions_account` ON `sessions` (`account_id`,`revoked_at`);--> statement-breakpoint
CREATE INDEX `sessions_parent` ON `sessions` (`parent_id`) WHERE "sessions"."parent_id" is not null;--> statement-breakpoint
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at`);--> statement-breakpoint
-- Dropping the table dropped its trigger (migration 0006).
CREATE TRIGGER `sessions_revoked` AFTER UPDATE OF revoked_at ON `sessions`
WHEN old.revoked_at IS NULL AND new.revoked_at IS NOT NULL
	AND max(old.idle_expires_at, old.rotated_at + 86410000) > new.revoked_at
BEGIN
	INSERT INTO pending_revocations (session_id, expires_at)
	VALUES (old.id, max(old.idle_expires_at, old.rotated_at + 86410000));
END;
--> statement-breakpoint
CREATE TABLE `__new_identities` (
	`id` text PRIMARY KEY NOT NULL,
	`provider` text NOT NULL,
	`subject` text NOT NULL,
	`account_id` text NOT NULL,
	`email` text,
	`created_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `__new_identities`("id", "provider", "subject", "account_id", "email", "created_at", "last_used_at")
SELECT "id", "provider", "subject", "account_id", "email", "created_at", "last_used_at"
FROM `identities` WHERE EXISTS (SELECT 1 FROM `accounts` WHERE `accounts`.`id` = `identities`.`account_id`);--> statement-breakpoint
DROP TABLE `identities`;--> statement-breakpoint
ALTER TABLE `__new_identities` RENAME TO `identities`;--> statement-breakpoint
CREATE UNIQUE INDEX `identities_subject` ON `identities` (`provider`,`subject`);--> statement-breakpoint
CREATE UNIQUE INDEX `identities_account` ON `identities` (`account_id`,`provider`);--> statement-breakpoint
CREATE TABLE `__new_authorization_codes` (
	`code_hash` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`provider` text,
	`session_id` text,
	`origin` text NOT NULL,
	`code_challenge` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`claim` text,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `__new_authorization_codes`("code_hash", "account_id", "provider", "session_id", "origin", "code_challenge", "created_at", "expires_at", "claim")
SELECT "code_hash", "account_id", "provider", "session_id", "origin", "code_challenge", "created_at", "expires_at", "claim"
FROM `authorization_codes` WHERE EXISTS (SELECT 1 FROM `accounts` WHERE `accounts`.`id` = `authorization_codes`.`account_id`);--> statement-breakpoint
DROP TABLE `authorization_codes`;--> statement-breakpoint
ALTER TABLE `__new_authorization_codes` RENAME TO `authorization_codes`;--> statement-breakpoint
CREATE INDEX `authorization_codes_account` ON `authorization_codes` (`account_id`);--> statement-breakpoint
CREATE INDEX `authorization_codes_expiry` ON `authorization_codes` (`expires_at`);--> statement-breakpoint
CREATE TABLE `__new_outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`kind` text NOT NULL,
	`channel` text DEFAULT 'email' NOT NULL,
	`target` text,
	`sealed` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer NOT NULL,
	`created_at` integer NOT NULL,
	`due_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`last_failure` text,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `__new_outbox`("id", "account_id", "kind", "channel", "target", "sealed", "state", "attempts", "created_at", "due_at", "expires_at", "last_failure")
SELECT "id", "account_id", "kind", "channel", "target", "sealed", "state", "attempts", "created_at", "due_at", "expires_at", "last_failure"
FROM `outbox` WHERE EXISTS (SELECT 1 FROM `accounts` WHERE `accounts`.`id` = `outbox`.`account_id`);--> statement-breakpoint
DROP TABLE `outbox`;--> statement-breakpoint
ALTER TABLE `__new_outbox` RENAME TO `outbox`;--> statement-breakpoint
CREATE INDEX `outbox_due` ON `outbox` (`state`,`due_at`);--> statement-breakpoint
CREATE INDEX `outbox_account` ON `outbox` (`account_id`,`kind`,`created_at`);--> statement-breakpoint
CREATE INDEX `outbox_target` ON `outbox` (`target`,`kind`,`created_at`);--> statement-breakpoint
CREATE INDEX `outbox_created` ON `outbox` (`created_at`);
