package io.sluice.service.getter;

import io.sluice.service.SluiceApplication;
import java.util.Map;

/** The getter as a process of its own. */
public final class GetterService {
  private GetterService() {}

  public static void main(String[] args) {
    SluiceApplication.run("getter", Map.of(), args, GetterConfiguration.class);
  }
}
