CREATE TABLE `discarded_avatars` (
	`key` text PRIMARY KEY NOT NULL,
	`due_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `discarded_avatars_due` ON `discarded_avatars` (`due_at`);--> statement-breakpoint
DROP INDEX `audit_events_at`;--> statement-breakpoint
DROP INDEX `audit_events_account`;--> statement-breakpoint
CREATE INDEX `audit_events_type` ON `audit_events` (`type`,`at`,`id`);--> statement-breakpoint
CREATE INDEX `audit_events_at` ON `audit_events` (`at`,`id`);--> statement-breakpoint
CREATE INDEX `audit_events_account` ON `audit_events` (`account_id`,`at`,`id`);--> statement-breakpoint
ALTER TABLE `accounts` ADD `phone` text;--> statement-breakpoint
ALTER TABLE `accounts` ADD `phone_verified_at` integer;--> statement-breakpoint
ALTER TABLE `accounts` ADD `avatar_key` text;--> statement-breakpoint
ALTER TABLE `challenges` ADD `phone` text;--> statement-breakpoint
ALTER TABLE `outbox` ADD `channel` text DEFAULT 'email' NOT NULL;--> statement-breakpoint
ALTER TABLE `outbox` ADD `target` text;--> statement-breakpoint
CREATE INDEX `outbox_target` ON `outbox` (`target`,`kind`,`created_at`);