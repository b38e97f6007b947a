-- Servers that serve the same files are known by the first of them; which they were tells them again by another name.
alter table sluice.scan add column servers text[] not null default '{}'; -- as the feed names them, at the last scan
