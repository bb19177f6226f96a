-- A table of second factors replaces the boolean `accounts.login_otp`.
CREATE TABLE `factors` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`kind` text NOT NULL,
	`label` text,
	`secret` text,
	`public_key` text,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `factors_account` ON `factors` (`account_id`,`kind`);--> statement-breakpoint
CREATE UNIQUE INDEX `factors_single` ON `factors` (`account_id`,`kind`) WHERE kind = 'email_otp';--> statement-breakpoint
-- When the user enabled it is unknown: `updated_at` is the latest possible instant. The id is a random UUID (version 4).
INSERT INTO `factors` (`id`, `account_id`, `kind`, `created_at`)
SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))),
	`id`, 'email_otp', `updated_at`
FROM `accounts` WHERE `login_otp` = 1;--> statement-breakpoint
ALTER TABLE `one_time_codes` ADD `factor_kind` text DEFAULT 'email_otp' NOT NULL;--> statement-breakpoint
-- `accounts.login_otp` stays for one release, because the previous Worker reads and writes it: while this release is deployed,
-- and after a rollback. Without these triggers it would ignore a second factor that this release enabled, and this
-- release one that it enabled. Drop them together with the column.
CREATE TRIGGER `factors_login_otp_on` AFTER INSERT ON `factors` WHEN new.kind = 'email_otp'
BEGIN
	UPDATE accounts SET login_otp = 1 WHERE id = new.account_id AND login_otp = 0;
END;--> statement-breakpoint
CREATE TRIGGER `factors_login_otp_off` AFTER DELETE ON `factors` WHEN old.kind = 'email_otp'
BEGIN
	UPDATE accounts SET login_otp = 0 WHERE id = old.account_id AND login_otp = 1;
END;--> statement-breakpoint
CREATE TRIGGER `accounts_login_otp_on` AFTER UPDATE OF login_otp ON `accounts` WHEN old.login_otp = 0 AND new.login_otp = 1
BEGIN
	INSERT OR IGNORE INTO factors (id, account_id, kind, created_at) VALUES (
		lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))),
		new.id, 'email_otp', new.updated_at);
END;--> statement-breakpoint
CREATE TRIGGER `accounts_login_otp_off` AFTER UPDATE OF login_otp ON `accounts` WHEN old.login_otp = 1 AND new.login_otp = 0
BEGIN
	DELETE FROM factors WHERE account_id = new.id AND kind = 'email_otp';
END;
