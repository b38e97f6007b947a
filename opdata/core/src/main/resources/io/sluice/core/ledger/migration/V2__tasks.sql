-- pgtask: schedules, the history of runs, and partitions on their way out.

-- db-scheduler's table, as its documentation asks for.
create table sluice.scheduled_tasks (
  task_name            text        not null,
  task_instance        text        not null,
  task_data            bytea,
  execution_time       timestamptz not null,
  picked               boolean     not null,
  picked_by            text,
  last_success         timestamptz,
  last_failure         timestamptz,
  consecutive_failures int,
  last_heartbeat       timestamptz,
  version              bigint      not null,
  priority             smallint,
  primary key (task_name, task_instance)
);
create index on sluice.scheduled_tasks (execution_time);
create index on sluice.scheduled_tasks (last_heartbeat);

-- One row per run. Only one run of a task is running: the index below is the lock, alive_at its lease.
create table sluice.task_run (
  id         bigint      generated always as identity primary key,
  task       text        not null,
  kind       text        not null,
  database   text        not null,
  by         text        not null,           -- "schedule", or the person's role
  instance   text        not null,           -- of the process that runs it
  started_at timestamptz not null,
  alive_at   timestamptz not null,           -- renewed while it runs; a run not alive is lost
  ended_at   timestamptz,
  state      text        not null default 'running'
             check (state in ('running', 'done', 'partial', 'failed', 'cancelled', 'stopped', 'lost')),
  cancel     boolean     not null default false, -- asked for by a person
  progress   text,
  steps      int         not null default 0,
  result     jsonb       not null default '{}', -- values by name, added up over the steps
  notes      text[]      not null default '{}',
  problems   text[]      not null default '{}'
);
create unique index task_run_running on sluice.task_run (task) where state = 'running';
create index on sluice.task_run (task, started_at);
create index on sluice.task_run (started_at);

-- What a run did, in words and SQL.
create table sluice.task_step (
  run_id     bigint      not null references sluice.task_run on delete cascade,
  n          int         not null,
  words      text        not null,
  sql        text        not null,
  started_at timestamptz not null,
  took       interval,
  attempts   int         not null default 1, -- of the statement that needed most
  outcome    text        not null default 'running' check (outcome in ('running', 'done', 'failed', 'cancelled', 'lost')),
  error      text,
  result     jsonb       not null default '{}',
  primary key (run_id, n)
);

-- Partitions on their way out, written before the first change, so that a run that was killed is carried on. The
-- database's own catalogue says how far it got.
create table sluice.expired_partition (
  id           bigint      generated always as identity primary key,
  task         text        not null,
  database     text        not null,
  schema_name  text        not null,
  parent_name  text        not null,
  partition_schema text    not null,
  partition_name text      not null,
  oid          oid         not null,         -- so that a new table of the same name is left alone
  lower_bound  text        not null,         -- literals as in FOR VALUES FROM (…) TO (…)
  upper_bound  text        not null,
  action       text        not null check (action in ('drop', 'keep', 'archive')),
  archive_schema text,
  rows         bigint,                       -- counted by the export
  bytes        bigint      not null,
  export_uri   text,                         -- of its manifest
  export_sha256 text,
  decided_at   timestamptz not null,
  done_at      timestamptz,
  restored_at  timestamptz,
  hold_until   timestamptz                   -- a restored partition stays at least so long
);
create unique index on sluice.expired_partition (database, oid) where done_at is null;
create index on sluice.expired_partition (database, schema_name, parent_name, decided_at);

-- Who reads marks (D10). A partition with open marks that somebody reads is not dropped.
create table sluice.mark_reader (
  table_id int  not null,
  reader   text not null,
  primary key (table_id, reader)
);
