package io.sluice.core.metric;

import java.util.Locale;

/**
 * Every metric's name, once. For each stage, over any time with nothing in flight: received = done
 * + rejected + failed + retried + duplicate + returned. Alert when failed or dead grow, or when
 * received stands still while the ledger has work. docs/metrics.md is tested against this list.
 */
public enum Metric {
  /** Files a stage took. */
  STAGE_RECEIVED("sluice_stage_received_total", "stage, feed", "files taken from the queue"),
  STAGE_DONE("sluice_stage_done_total", "stage, feed", "files whose work is committed"),
  STAGE_REJECTED("sluice_stage_rejected_total", "stage, feed, reason", "files closed as rejected"),
  STAGE_FAILED(
      "sluice_stage_failed_total", "stage, feed, reason", "files given up and dead-lettered"),
  STAGE_RETRIED("sluice_stage_retried_total", "stage, feed, reason", "attempts to be repeated"),
  STAGE_DUPLICATE(
      "sluice_stage_duplicate_total", "stage, feed", "files and messages with nothing to do"),
  STAGE_RETURNED("sluice_stage_returned_total", "stage, feed", "handed back for an outage"),
  STAGE_SECONDS("sluice_stage_seconds", "stage, feed", "time of one batch"),
  STAGE_BYTES("sluice_stage_bytes_total", "stage, feed", "bytes fetched, parsed or loaded"),
  FILES_FOUND("sluice_files_found_total", "feed", "new files the ledger took"),
  FILES_SKIPPED(
      "sluice_files_skipped_total", "feed, reason", "files left at their source, once each"),
  CELLS("sluice_cells_total", "feed, outcome", "read, loaded, collapsed, replaced, rejected, dead"),
  ROWS_LOADED("sluice_rows_loaded_total", "feed", "rows committed to the warehouse"),
  REJECTS("sluice_rejects_total", "feed, reason", "rows or cells rejected"),
  PAUSED("sluice_stage_paused", "stage", "1 while database, staging or broker is away"),
  WORK_WAITING("sluice_work_waiting", "feed, stage", "files in flight by stage"),
  REPUBLISHED("sluice_work_republished_total", "stage", "lost messages published again"),
  STAGING_BYTES("sluice_staging_bytes", "", "bytes in staging"),
  SCAN_SECONDS("sluice_scan_seconds", "feed, host", "time of one listing"),
  /** Runs of pgtask's tasks; outcome is done, partial, failed, cancelled, stopped or lost. */
  TASK_RUNS("sluice_task_runs_total", "task, outcome", "runs that ended"),
  TASK_SECONDS("sluice_task_seconds", "task", "time of one run"),
  TASK_STEPS("sluice_task_steps_total", "task", "changes made"),
  TASK_PROBLEMS("sluice_task_problems_total", "task", "what could not be done, with a remedy"),
  TASK_RESULT("sluice_task_result_total", "task, what", "rows, bytes, partitions by name"),
  TASK_LAST_SUCCESS("sluice_task_last_success_seconds", "task", "Unix time of the last full run"),
  TASK_ORPHANS("sluice_task_orphans", "", "half-made rewrites of tables that no task carries on"),
  TASK_ELSEWHERE("sluice_task_elsewhere", "", "schedules that only other processes declare");

  private final String id;
  private final String labels;
  private final String help;

  Metric(String id, String labels, String help) {
    this.id = id;
    this.labels = labels;
    this.help = help;
  }

  /** As Prometheus shows it. */
  public String id() {
    return id;
  }

  /** Micrometer's form: dots, without the suffix that the registry adds for counters. */
  public String meter() {
    return id.replaceFirst("_total$", "").replace('_', '.').toLowerCase(Locale.ROOT);
  }

  public String labels() {
    return labels;
  }

  public String help() {
    return help;
  }
}
