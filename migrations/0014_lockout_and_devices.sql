-- Counts failures that are never forgotten (NIST SP 800-63B-4 §3.2.2). `account_id` keeps the counter of an account from
-- being purged, and deletes it with the account.
ALTER TABLE `attempt_counters` ADD `account_id` text REFERENCES accounts(id) ON DELETE cascade;--> statement-breakpoint
ALTER TABLE `attempt_counters` ADD `consecutive_failures` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `attempt_counters_account` ON `attempt_counters` (`account_id`);--> statement-breakpoint
-- An event with `window_start` counts equal events since that instant.
ALTER TABLE `audit_events` ADD `window_start` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `audit_events_window` ON `audit_events` (`account_id`,`type`,`window_start`) WHERE "audit_events"."window_start" is not null;--> statement-breakpoint
CREATE INDEX `audit_events_actor` ON `audit_events` (`actor_id`) WHERE actor_id <> account_id;--> statement-breakpoint
ALTER TABLE `accounts` ADD `first_signed_in_at` integer;--> statement-breakpoint
-- An account from before the oldest event may have signed in before the log begins: one notice too many does no harm.
UPDATE `accounts` SET `first_signed_in_at` = coalesce(
  (SELECT min(`at`) FROM `audit_events` WHERE `account_id` = `accounts`.`id` AND +`type` = 'signed_in'),
  (SELECT min(`created_at`) FROM `sessions` WHERE `account_id` = `accounts`.`id`),
  CASE WHEN `email_verified_at` IS NOT NULL AND `created_at` < coalesce((SELECT min(`at`) FROM `audit_events`), 9e15) THEN `created_at` END
);--> statement-breakpoint
CREATE TABLE `known_devices` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`ip` text,
	`user_agent` text,
	`created_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `known_devices_account` ON `known_devices` (`account_id`,`last_used_at`);--> statement-breakpoint
CREATE INDEX `known_devices_expiry` ON `known_devices` (`expires_at`);--> statement-breakpoint
ALTER TABLE `one_time_codes` ADD `device_id` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `device_id` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `reauthenticated_at` integer;
