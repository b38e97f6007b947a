-- Work in batches: a batch carries files of one feed and lane through the stages; what becomes of each file stays
-- the file's own (D16).

create sequence sluice.token_seq as bigint maxvalue 68719476735 cycle cache 100;

-- Unique for good, and rising: hours since 2000-01-01 UTC in the high bits tell where in staging an object lies.
create function sluice.new_token() returns bigint
  language sql volatile parallel safe
  return (floor(extract(epoch from clock_timestamp() - timestamptz '2000-01-01 00:00Z') / 3600)::bigint << 36)
         | nextval('sluice.token_seq');

-- Files on their way together. Small and hot: a row leaves with its last file.
create table sluice.batch (
  id           bigint      primary key,
  feed         text        not null,
  bulk         boolean     not null,
  stage        text        not null check (stage in ('fetch', 'handle', 'load', 'settle')),
  files        int         not null,           -- when it was cut
  bytes        bigint      not null,           -- of those files, as listed
  entered_at   timestamptz not null default now(), -- this stage
  published_at timestamptz not null default now(), -- its message, last
  claim        bigint,                         -- token of whoever claimed it last; older claims write nothing
  lease_until  timestamptz,                    -- the claim holds until then, unless renewed
  attempts     int         not null default 0, -- at this stage
  chunk        bigint,                         -- token of the handling whose chunks are to be loaded
  chunks       int         not null default 0,
  chunks_done  int         not null default 0  -- loaded so far, in order
) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
create index on sluice.batch (stage, bulk, published_at);
create index on sluice.batch (chunk) where chunk is not null;

-- Where the bytes lie: a pack in staging, from an offset, as many as the file's size.
alter table sluice.file add column pack bigint, add column pack_offset bigint;

-- What a file's tables hold of it, what its format was unsure of, and files that are left at their source.
alter table sluice.file
  add column table_rows bigint[] not null default '{}', -- as tables: how many rows each holds as this file's
  add column notes text,
  drop constraint file_state_check,
  add constraint file_state_check check (state in (
    'discovered', 'loaded', 'settled', 'duplicate', 'replaced', 'rejected', 'dead', 'discarded', 'skipped')) not valid;
comment on column sluice.file.day is
  'UTC day of mtime, embedded in id; 2000-01-01 for skipped files and those of the future, whatever their mtime';
alter table sluice.scan add column skipped bigint not null default 0; -- by the last good scan

-- What each replay of a closed file came to; sluice.file says what is true now.
create table sluice.replay (
  file_id   bigint      not null,
  handling  int         not null,
  ended_at  timestamptz not null default now(),
  state     text        not null,
  reason    text,
  read      bigint      not null,
  loaded    bigint      not null,
  collapsed bigint      not null,
  replaced  bigint      not null,
  rejected  bigint      not null,
  dead      bigint      not null,
  rows      bigint      not null
);
create index on sluice.replay (file_id);

-- Rows that in merge mode went over to a newer file: plain inserts, as marks.
create table sluice.overtaken (
  file_id  bigint not null,                    -- whose they were
  table_id int    not null,
  rows     bigint not null
);
create index on sluice.overtaken (file_id);

-- What a replay needs to know: work.settle leaves with its row.
alter table sluice.file add column settle boolean not null default false;
comment on column sluice.file.settle is 'the source wants an action once the rows are committed';
update sluice.file f set settle = true
from sluice.work w where w.settle and f.id = w.file_id and f.day = sluice.day_of(w.file_id);

-- What was in flight is fetched again: its bytes were staged one by one.
alter table sluice.work drop constraint work_state_check;
update sluice.work set stage = 'fetch', state = 'waiting', attempts = 0, handling = greatest(handling, current)
where stage in ('fetch', 'handle', 'load') and state <> 'parked';
update sluice.work set stage = 'fetch' where stage in ('handle', 'load') and state = 'parked';
update sluice.work set state = case when not_before = '-infinity' and state = 'waiting' then 'expanded'
                                    when state = 'queued' then 'waiting' else state end where stage = 'settle';
drop view sluice.reconciliation_hourly;
drop view sluice.reconciliation;
drop view sluice.file_status;
drop table sluice.chunk;
alter table sluice.work
  add constraint work_state_check check (state in (
    'waiting',                                 -- for the dispatcher, from not_before on
    'queued',                                  -- in a batch
    'parked',                                  -- for something to be put right, or a person
    'expanded')),                              -- an archive, for its members to close
  drop column published_at,
  drop column lease_until,
  drop column current,
  drop column chunks,
  drop column chunks_done,
  add column batch bigint,
  add column path text not null default '',    -- this, mtime and size as in sluice.file, which need not be read then
  add column mtime timestamptz not null default 'epoch',
  add column size bigint not null default 0,
  add column pack bigint,
  add column pack_offset bigint,
  add column table_rows bigint[] not null default '{}',
  add column notes text,
  add constraint work_batch_check check ((state = 'queued') = (batch is not null));
comment on column sluice.work.attempts is 'at this stage, before the batch it is in; one that has any goes alone';
create index work_batch on sluice.work (batch) where batch is not null;
update sluice.work w set path = f.path, mtime = f.mtime, size = f.size
from sluice.file f where f.id = w.file_id and f.day = sluice.day_of(w.file_id);
alter table sluice.work alter column path drop default, alter column mtime drop default, alter column size drop default;
drop index sluice.work_waiting;
create index work_waiting on sluice.work (feed, stage, bulk, period desc) where state = 'waiting';

alter table sluice.dead drop column chunk;

-- What the unique index is on that Sluice made, so that it goes when the feed's key or mode does.
alter table sluice.target_table add column unique_key text[] not null default '{}';
update sluice.target_table t set unique_key = g.key_columns
from sluice.target g where g.id = t.target_id and g.mode = 'merge' and t.made;

-- Per file, in its unit: read = loaded + collapsed + replaced + rejected + dead + pending.
create view sluice.file_status as
  select f.id, f.day, f.feed, f.host, f.path, f.size, f.mtime, f.parent, f.bulk,
         coalesce(w.element, f.element) as element, coalesce(w.last_time, w.period, f.period) as period, f.found_at,
         f.closed_at, coalesce(w.unit, f.unit) as unit,
         case when w.file_id is null then f.state
              when w.state = 'parked' then 'parked'
              when w.stage = 'fetch' then 'discovered'
              when w.stage = 'handle' then 'fetched'
              when w.stage = 'load' then 'handled'
              else 'loaded' end as state,
         coalesce(w.stage, f.stage) as stage,
         coalesce(w.reason, f.reason) as reason, f.position, coalesce(w.checksum, f.checksum) as checksum,
         coalesce(nullif(w.handling, 0), f.handling) as handling,
         coalesce(w.read, f.read) as read, coalesce(w.loaded, f.loaded) as loaded,
         coalesce(w.collapsed, f.collapsed) as collapsed, coalesce(w.replaced, f.replaced) as replaced,
         coalesce(w.rejected, f.rejected) as rejected, coalesce(w.dead, f.dead) as dead,
         coalesce(w.conflicts, f.conflicts) as conflicts, coalesce(w.rows, f.rows) as rows,
         case when w.file_id is null then 0
              else w.read - w.loaded - w.collapsed - w.replaced - w.rejected - w.dead end as pending,
         coalesce(w.pack, f.pack) as pack, coalesce(w.pack_offset, f.pack_offset) as pack_offset,
         case when w.file_id is null then f.notes else w.notes end as notes
  from sluice.file f left join sluice.work w on w.file_id = f.id;

create view sluice.reconciliation as
  select id as file_id, feed, host, path, state, unit, date_trunc('hour', found_at) as hour,
         read, loaded, collapsed, replaced, rejected, dead, pending,
         read = loaded + collapsed + replaced + rejected + dead + pending as exact
  from sluice.file_status;

create view sluice.reconciliation_hourly as
  select feed, hour, unit, count(*) as files,
         count(*) filter (where state not in ('loaded', 'settled', 'duplicate', 'replaced', 'rejected', 'discarded',
                                                'skipped'))
           as open_files,
         sum(read) as read, sum(loaded) as loaded, sum(collapsed) as collapsed, sum(replaced) as replaced,
         sum(rejected) as rejected, sum(dead) as dead, sum(pending) as pending, bool_and(exact) as exact
  from sluice.reconciliation group by feed, hour, unit;
