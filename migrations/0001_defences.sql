CREATE TABLE `attempt_counters` (
	`key` text PRIMARY KEY NOT NULL,
	`failures` integer NOT NULL,
	`locked_until` integer NOT NULL,
	`lockouts` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `attempt_counters_updated` ON `attempt_counters` (`updated_at`);--> statement-breakpoint
CREATE TABLE `challenges` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`purpose` text NOT NULL,
	`code_hash` text NOT NULL,
	`tries` integer NOT NULL,
	`attempt` text,
	`lock_key` text NOT NULL,
	`new_device` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`consumed_at` integer
);
--> statement-breakpoint
CREATE INDEX `challenges_account` ON `challenges` (`account_id`,`purpose`);--> statement-breakpoint
CREATE INDEX `challenges_expiry` ON `challenges` (`expires_at`);--> statement-breakpoint
CREATE TABLE `human_proofs` (
	`proof_hash` text PRIMARY KEY NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `human_proofs_expiry` ON `human_proofs` (`expires_at`);--> statement-breakpoint
CREATE TABLE `send_counters` (
	`bucket` text PRIMARY KEY NOT NULL,
	`sends` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `accounts` ADD `login_otp` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `accounts` ADD `devices_known_since` integer DEFAULT 0 NOT NULL;