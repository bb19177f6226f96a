-- Before migration 0013 the service took every address of GitHub and of an OpenID provider as verified. The accounts that
-- it then created have no other proof of their address, so they are implied, as new ones are (decision 035).
UPDATE `accounts` SET `email_implied` = true
WHERE `email_verified_at` IS NOT NULL
  AND `password_hash` IS NULL
  AND EXISTS (
    SELECT 1 FROM `identities`
    WHERE `identities`.`account_id` = `accounts`.`id` AND lower(`identities`.`email`) = lower(`accounts`.`email`)
  )
  AND NOT EXISTS (
    SELECT 1 FROM `identities`
    WHERE `identities`.`account_id` = `accounts`.`id` AND lower(`identities`.`email`) = lower(`accounts`.`email`)
      AND `identities`.`provider` = 'google'
  );--> statement-breakpoint
-- Identities of these providers no longer count as proof of the address either, so that its owner's proof removes them.
UPDATE `identities` SET `email` = NULL WHERE `provider` <> 'google' AND `email` IS NOT NULL;
