package io.sluice.service.pgtask;

import io.sluice.service.SluiceApplication;

/** Partitions and maintenance as a process of its own. */
public final class PgtaskService {
  private PgtaskService() {}

  public static void main(String[] args) {
    SluiceApplication.run("pgtask", PgtaskConfiguration.DEFAULTS, args, PgtaskConfiguration.class);
  }
}
