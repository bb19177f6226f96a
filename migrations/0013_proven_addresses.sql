CREATE TABLE `used_id_tokens` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`claim` text NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `used_id_tokens_expiry` ON `used_id_tokens` (`expires_at`);--> statement-breakpoint
ALTER TABLE `accounts` ADD `email_implied` integer DEFAULT false NOT NULL;--> statement-breakpoint
-- An account without a password, none of whose providers has verified its address, was created by an implied address.
UPDATE `accounts` SET `email_implied` = true
WHERE `email_verified_at` IS NOT NULL
  AND `password_hash` IS NULL
  AND EXISTS (SELECT 1 FROM `identities` WHERE `identities`.`account_id` = `accounts`.`id`)
  AND NOT EXISTS (
    SELECT 1 FROM `identities`
    WHERE `identities`.`account_id` = `accounts`.`id` AND lower(`identities`.`email`) = lower(`accounts`.`email`)
  );
