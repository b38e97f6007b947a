-- The ledger: what was found, where it is, what became of it.
-- sluice.file is written when a file is found and when it closes; sluice.work holds only what is in flight.

create function sluice.day_of(file_id bigint) returns date
  language sql immutable parallel safe
  return date '2000-01-01' + (file_id >> 40)::int;

create sequence sluice.file_seq as bigint maxvalue 1099511627775 cycle cache 100;

create table sluice.meta (
  name  text primary key,
  value bigint not null
);
comment on table sluice.meta is 'epoch: raised by "sluice recover"; caches of ids made under another epoch are void';
insert into sluice.meta values ('epoch', 1);

-- One row per version of a file: (feed, host, path) names it, (size, mtime) its content as the source shows it.
create table sluice.file (
  id         bigint      not null,
  day        date        not null,          -- UTC day of mtime; embedded in id
  path_key   uuid        not null,          -- hash of feed, host, path
  feed       text        not null,
  host       text        not null,
  path       text        not null,
  size       bigint      not null,          -- bytes, as the source listed them
  mtime      timestamptz not null,
  checksum   bytea,                         -- SHA-256 of the bytes as fetched
  parent     bigint,                        -- the archive this is a member of
  bulk       boolean     not null,
  found_at   timestamptz not null default now(),
  period     timestamptz,                   -- from the file's name until handled, then its last end time
  first_time timestamptz,
  last_time  timestamptz,
  element    text,
  state      text        not null default 'discovered'
             check (state in ('discovered', 'loaded', 'settled', 'duplicate', 'replaced', 'rejected', 'dead',
                              'discarded')),
  stage      text,                          -- where it closed
  reason     text,
  position   text,
  closed_at  timestamptz,
  handling   int         not null default 0,
  unit       text        not null default 'cell' check (unit in ('cell', 'row')),
  read       bigint      not null default 0, -- in units; read = the sum of the next five once closed
  loaded     bigint      not null default 0,
  collapsed  bigint      not null default 0,
  replaced   bigint      not null default 0,
  rejected   bigint      not null default 0,
  dead       bigint      not null default 0,
  conflicts  bigint      not null default 0, -- of the collapsed, those whose values differed
  rows       bigint      not null default 0,
  tables     int[]       not null default '{}',
  primary key (day, id),
  unique (day, path_key, mtime, size)
) partition by range (day);
create index on sluice.file (path_key);
create index on sluice.file (checksum) where checksum is not null;
create index on sluice.file (feed, found_at);
create index on sluice.file (feed, period);
create index on sluice.file (feed, closed_at) where state in ('dead', 'rejected');
create index on sluice.file using brin (closed_at) with (pages_per_range = 32);
create index on sluice.file (parent) where parent is not null;

-- Files in flight. Small and hot: rows leave when the file closes.
create table sluice.work (
  file_id    bigint      primary key,
  feed       text        not null,
  host       text        not null,
  stage      text        not null check (stage in ('fetch', 'handle', 'load', 'settle')),
  state      text        not null check (state in ('waiting', 'queued', 'parked')),
  bulk       boolean     not null,
  parent     bigint,                        -- the archive this is a member of
  settle     boolean     not null default false, -- the source wants an action once the rows are committed
  checksum   bytea,
  period     timestamptz not null,          -- newest first; mtime where the name tells no period
  not_before timestamptz not null default '-infinity',
  entered_at timestamptz not null default now(), -- when it entered this stage and state
  published_at timestamptz,                 -- when its message or messages were last published
  lease_until timestamptz,                  -- a worker is at it until then, unless it renews
  attempts   int         not null default 0, -- at this stage
  reason     text,                          -- why parked, or the last failure
  handling   int         not null default 0, -- the last one begun
  current    int         not null default 0, -- the one recorded; only its chunks are loaded
  chunks     int         not null default 0,
  chunks_done int        not null default 0, -- loaded or dead
  read       bigint      not null default 0,
  loaded     bigint      not null default 0,
  collapsed  bigint      not null default 0,
  replaced   bigint      not null default 0,
  rejected   bigint      not null default 0,
  dead       bigint      not null default 0,
  conflicts  bigint      not null default 0,
  rows       bigint      not null default 0,
  tables     int[]       not null default '{}',
  unit       text        not null default 'cell', -- this and the next three move to sluice.file at the end
  element    text,
  first_time timestamptz,
  last_time  timestamptz
) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
create index work_waiting on sluice.work (feed, bulk, period desc) where state = 'waiting';
create index work_stage on sluice.work (stage, state, entered_at);
create index work_parent on sluice.work (parent) where parent is not null;
create index work_checksum on sluice.work (checksum) where checksum is not null;

-- One row per chunk that was begun; leaves with its file.
create table sluice.chunk (
  file_id   bigint  not null,
  handling  int     not null,
  chunk     int     not null,
  attempts  int     not null default 0,
  state     text    not null default 'begun' check (state in ('begun', 'loaded', 'dead')),
  reason    text,
  primary key (file_id, handling, chunk)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

-- Rows that could not be loaded, with why, where and what they said (at most 1 KiB of it).
create table sluice.reject (
  day       date        not null,
  file_id   bigint      not null,
  handling  int         not null,
  reason    text        not null,
  line      bigint,
  col       int,
  element   text,
  object    text,
  item      text,                            -- counter or column
  cells     bigint      not null,            -- units rejected here; 0 when counted in another row
  message   text        not null,
  raw       text
) partition by range (day);
create index on sluice.reject (file_id);

-- What failed at the limit, for "sluice dead": the broker's dead-letter queue holds the message, this the truth.
create table sluice.dead (
  id        bigint generated always as identity primary key,
  file_id   bigint      not null,
  stage     text        not null,
  handling  int         not null,
  chunk     int,
  attempts  int         not null,
  reason    text        not null,
  error     text        not null,
  at        timestamptz not null default now()
);
create index on sluice.dead (file_id);

-- A measurement group, or a CSV feed's table: one logical table, cut into target_table parts.
create table sluice.target (
  id          int generated always as identity primary key,
  schema_name text        not null,
  name        text        not null,          -- of its first table; its view is <name>_v
  source_name text        not null,          -- as the files call it, before normalising
  feed        text        not null,          -- that made it; limits are counted by it
  layout      text        not null check (layout in ('wide', 'tall', 'rows')),
  mode        text        not null check (mode in ('append', 'merge')),
  time_column text,                          -- null where rows have no time
  key_columns text[]      not null,
  created_at  timestamptz not null default now(),
  unique (schema_name, name),
  unique (schema_name, source_name)
);

create table sluice.target_table (
  id         int generated always as identity primary key,
  target_id  int         not null references sluice.target,
  kind       text        not null check (kind in ('main', 'vector')),
  part       int         not null,
  table_name text        not null,
  row_bytes  int         not null default 0, -- estimated, of all its columns
  made       boolean     not null default false, -- by the loader; a table of the user's gets _file, _version only
  created_at timestamptz not null default now(),
  unique (target_id, kind, part)
);

-- Counter -> table, column, type. A column never changes its type; another kind of value gets a sibling column.
create table sluice.counter (
  table_id    int         not null references sluice.target_table,
  target_id   int         not null references sluice.target,
  counter     text        not null,          -- as the files call it
  kind        text        not null check (kind in ('value', 'numeric', 'vector', 'vector_numeric')),
  column_name text        not null,
  type        text        not null,          -- as in PgType
  ordinal     int         not null,
  feed        text        not null,
  created_at  timestamptz not null default now(),
  primary key (target_id, counter, kind),
  unique (target_id, column_name)
);
create index on sluice.counter (table_id);
create index on sluice.counter (feed, created_at);

-- More new tables or columns than the feed's limits, approved by a person.
create table sluice.schema_approval (
  feed    text        not null,
  day     date        not null,
  tables  int         not null,
  columns int         not null,
  by      text        not null default current_user,
  at      timestamptz not null default now()
);

-- What changed (D10): plain inserts, no unique key, so loaders never wait for each other.
create table sluice.mark (
  table_id int         not null,
  bucket   timestamptz not null,             -- start of the hour, (start, end], in UTC
  slice    int         not null,             -- element id modulo 16
  at       timestamptz not null default now()
);
create index on sluice.mark (table_id, bucket, slice);

create table sluice.pause (
  feed  text        not null,
  host  text        not null default '',     -- '' means all hosts
  by    text        not null default current_user,
  at    timestamptz not null default now(),
  primary key (feed, host)
);

-- One worker across replicas: a scan, the dispatcher, the sweeper.
create table sluice.lease (
  name  text        primary key,
  owner text        not null,
  until timestamptz not null
);

create table sluice.scan (
  feed       text        not null,
  host       text        not null,
  first_at   timestamptz not null default now(), -- "since" is counted from here
  last_at    timestamptz,
  files      bigint,
  new_files  bigint,
  error      text,
  primary key (feed, host)
);

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
         coalesce(w.reason, f.reason) as reason, f.position, f.checksum,
         coalesce(nullif(w.handling, 0), f.handling) as handling,
         coalesce(w.read, f.read) as read, coalesce(w.loaded, f.loaded) as loaded,
         coalesce(w.collapsed, f.collapsed) as collapsed, coalesce(w.replaced, f.replaced) as replaced,
         coalesce(w.rejected, f.rejected) as rejected, coalesce(w.dead, f.dead) as dead,
         coalesce(w.conflicts, f.conflicts) as conflicts, coalesce(w.rows, f.rows) as rows,
         case when w.file_id is null then 0
              else w.read - w.loaded - w.collapsed - w.replaced - w.rejected - w.dead end as pending
  from sluice.file f left join sluice.work w on w.file_id = f.id;

create view sluice.reconciliation as
  select id as file_id, feed, host, path, state, unit, date_trunc('hour', found_at) as hour,
         read, loaded, collapsed, replaced, rejected, dead, pending,
         read = loaded + collapsed + replaced + rejected + dead + pending as exact
  from sluice.file_status;

create view sluice.reconciliation_hourly as
  select feed, hour, unit, count(*) as files,
         count(*) filter (where state not in ('loaded', 'settled', 'duplicate', 'replaced', 'rejected', 'discarded'))
           as open_files,
         sum(read) as read, sum(loaded) as loaded, sum(collapsed) as collapsed, sum(replaced) as replaced,
         sum(rejected) as rejected, sum(dead) as dead, sum(pending) as pending, bool_and(exact) as exact
  from sluice.reconciliation group by feed, hour, unit;
