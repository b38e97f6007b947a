package io.sluice.core.ops;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingObjectMissing;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Which packs of raw files are still in staging, which is asked once for each. */
final class StagedPacks {

  private final Staging staging;
  private final Map<String, String> formerly;
  private final Map<String, Boolean> known = new HashMap<>();

  /**
   * @param formerly the former names of feeds, under which what was staged before still lies
   */
  StagedPacks(Staging staging, Map<String, String> formerly) {
    this.staging = staging;
    this.formerly = formerly;
  }

  boolean has(String feed, Long pack) {
    return pack != null
        && Stream.of(feed, formerly.getOrDefault(feed, feed))
            .map(name -> StagingKeys.raw(name, pack))
            .anyMatch(key -> known.computeIfAbsent(key, this::exists));
  }

  private boolean exists(String key) {
    try {
      staging.size(key);
      return true;
    } catch (StagingObjectMissing e) {
      return false;
    } catch (IOException e) {
      throw new PauseStage("staging: " + e.getMessage(), e);
    }
  }
}
