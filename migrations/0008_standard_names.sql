-- Rename tables to standard terms (docs/decisions/031). SQLite updates the trigger that writes to `pending_revocations`.
ALTER TABLE `one_time_links` RENAME TO `email_tokens`;--> statement-breakpoint
DROP INDEX `one_time_links_account`;--> statement-breakpoint
DROP INDEX `one_time_links_expiry`;--> statement-breakpoint
CREATE INDEX `email_tokens_account` ON `email_tokens` (`account_id`,`purpose`);--> statement-breakpoint
CREATE INDEX `email_tokens_expiry` ON `email_tokens` (`expires_at`);--> statement-breakpoint
ALTER TABLE `challenges` RENAME TO `one_time_codes`;--> statement-breakpoint
DROP INDEX `challenges_account`;--> statement-breakpoint
DROP INDEX `challenges_expiry`;--> statement-breakpoint
CREATE INDEX `one_time_codes_account` ON `one_time_codes` (`account_id`,`purpose`);--> statement-breakpoint
CREATE INDEX `one_time_codes_expiry` ON `one_time_codes` (`expires_at`);--> statement-breakpoint
ALTER TABLE `human_proofs` RENAME TO `captcha_proofs`;--> statement-breakpoint
DROP INDEX `human_proofs_expiry`;--> statement-breakpoint
CREATE INDEX `captcha_proofs_expiry` ON `captcha_proofs` (`expires_at`);--> statement-breakpoint
ALTER TABLE `social_sign_ins` RENAME TO `oauth_transactions`;--> statement-breakpoint
DROP INDEX `social_sign_ins_expiry`;--> statement-breakpoint
CREATE INDEX `oauth_transactions_expiry` ON `oauth_transactions` (`expires_at`);--> statement-breakpoint
ALTER TABLE `login_codes` RENAME TO `authorization_codes`;--> statement-breakpoint
DROP INDEX `login_codes_account`;--> statement-breakpoint
DROP INDEX `login_codes_expiry`;--> statement-breakpoint
CREATE INDEX `authorization_codes_account` ON `authorization_codes` (`account_id`);--> statement-breakpoint
CREATE INDEX `authorization_codes_expiry` ON `authorization_codes` (`expires_at`);--> statement-breakpoint
ALTER TABLE `pending_denials` RENAME TO `pending_revocations`;--> statement-breakpoint
DROP INDEX `pending_denials_expires`;--> statement-breakpoint
CREATE INDEX `pending_revocations_expires` ON `pending_revocations` (`expires_at`);--> statement-breakpoint
-- Rename the type of stored audit events.
UPDATE `audit_events` SET `type` = 'second_factor_changed' WHERE `type` = 'second_step_chosen';
