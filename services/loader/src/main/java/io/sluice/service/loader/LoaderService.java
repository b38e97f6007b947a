package io.sluice.service.loader;

import io.sluice.service.SluiceApplication;
import java.util.Map;

/** The loader as a process of its own. */
public final class LoaderService {
  private LoaderService() {}

  public static void main(String[] args) {
    SluiceApplication.run("loader", Map.of(), args, LoaderConfiguration.class);
  }
}
