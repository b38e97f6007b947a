-- What each process of pgtask declares, so that those with other directories of tasks take no schedule away.
create table sluice.task_process (
  instance  text        primary key,
  seen_at   timestamptz not null,
  schedules text[]      not null            -- as in sluice.scheduled_tasks.task_instance
);

-- A task has a row for each schedule that some process declares: its name, a space, and the schedule in words.
update sluice.scheduled_tasks set task_instance = task_instance || ' ' || convert_from(task_data, 'UTF8'), task_data = null
where task_name = 'sluice-task' and task_data is not null;
