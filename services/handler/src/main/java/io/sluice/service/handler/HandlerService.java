package io.sluice.service.handler;

import io.sluice.service.SluiceApplication;
import java.util.Map;

/** The handler as a process of its own. */
public final class HandlerService {
  private HandlerService() {}

  public static void main(String[] args) {
    SluiceApplication.run("handler", Map.of(), args, HandlerConfiguration.class);
  }
}
