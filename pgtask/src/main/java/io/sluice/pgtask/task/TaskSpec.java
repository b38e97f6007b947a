package io.sluice.pgtask.task;

/** What a task does; each kind has its own declaration. */
public sealed interface TaskSpec
    permits PartitionSpec,
        ConvertSpec,
        UnpartitionSpec,
        MaintenanceSpec,
        RestoreSpec,
        AttachSpec,
        AbandonSpec {

  /** The key of its section in YAML, also the kind in history and metrics. */
  String kind();
}
