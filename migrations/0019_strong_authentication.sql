CREATE TABLE `sign_up_answers` (
	`account_id` text NOT NULL,
	`field` text NOT NULL,
	`value` text NOT NULL,
	`version` text,
	`answered_at` integer NOT NULL,
	PRIMARY KEY(`account_id`, `field`),
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `email_sign_in_codes` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`email_key` text NOT NULL,
	`code_hash` text NOT NULL,
	`tries` integer NOT NULL,
	`attempt` text,
	`locale` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`consumed_at` integer
);
--> statement-breakpoint
CREATE INDEX `email_sign_in_codes_email` ON `email_sign_in_codes` (`email_key`);--> statement-breakpoint
CREATE INDEX `email_sign_in_codes_expiry` ON `email_sign_in_codes` (`expires_at`);--> statement-breakpoint
CREATE TABLE `factor_removals` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`requested_by` text,
	`created_at` integer NOT NULL,
	`due_at` integer NOT NULL,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `factor_removals_account` ON `factor_removals` (`account_id`);--> statement-breakpoint
CREATE INDEX `factor_removals_due` ON `factor_removals` (`due_at`);--> statement-breakpoint
CREATE TABLE `recovery_codes` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`code_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`used_at` integer,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `recovery_codes_code` ON `recovery_codes` (`account_id`,`code_hash`);--> statement-breakpoint
CREATE TABLE `webauthn_challenges` (
	`id` text PRIMARY KEY NOT NULL,
	`challenge` text NOT NULL,
	`purpose` text NOT NULL,
	`account_id` text,
	`subject_id` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`claim` text,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `webauthn_challenges_account` ON `webauthn_challenges` (`account_id`);--> statement-breakpoint
CREATE INDEX `webauthn_challenges_expiry` ON `webauthn_challenges` (`expires_at`);--> statement-breakpoint
CREATE TABLE `event_deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`target` text NOT NULL,
	`sealed` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer NOT NULL,
	`created_at` integer NOT NULL,
	`due_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `event_deliveries_due` ON `event_deliveries` (`state`,`due_at`);--> statement-breakpoint
ALTER TABLE `accounts` ADD `reset_by_mail_at` integer;--> statement-breakpoint
ALTER TABLE `accounts` ADD `enrolment_due_at` integer;--> statement-breakpoint
ALTER TABLE `accounts` ADD `deletion_due_at` integer;--> statement-breakpoint
ALTER TABLE `accounts` ADD `public_metadata` text;--> statement-breakpoint
ALTER TABLE `accounts` ADD `private_metadata` text;--> statement-breakpoint
CREATE INDEX `accounts_deletion` ON `accounts` (`deletion_due_at`) WHERE deletion_due_at IS NOT NULL;--> statement-breakpoint
ALTER TABLE `factors` ADD `is_second_factor` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `factors` ADD `last_step` integer;--> statement-breakpoint
ALTER TABLE `factors` ADD `credential_id` text;--> statement-breakpoint
ALTER TABLE `factors` ADD `sign_count` integer;--> statement-breakpoint
ALTER TABLE `factors` ADD `transports` text;--> statement-breakpoint
ALTER TABLE `factors` ADD `aaguid` text;--> statement-breakpoint
ALTER TABLE `factors` ADD `is_synced` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `factors_single_phone` ON `factors` (`account_id`,`kind`) WHERE kind = 'sms_otp';--> statement-breakpoint
CREATE UNIQUE INDEX `factors_credential` ON `factors` (`credential_id`);--> statement-breakpoint
ALTER TABLE `known_devices` ADD `trusted_until` integer;--> statement-breakpoint
ALTER TABLE `one_time_codes` ADD `is_persistent` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `restriction` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `is_known_device` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `is_persistent` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `identities` ADD `sealed_refresh_token` text;