package io.sluice.core.ops;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingObjectMissing;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Which packs of raw files are still in staging, which is asked once for each. */
final class StagedPacks {

  private final Staging staging;
  private final Map<String, Boolean> known = new HashMap<>();

  StagedPacks(Staging staging) {
    this.staging = staging;
  }

  boolean has(String feed, Long pack) {
    return pack != null && known.computeIfAbsent(StagingKeys.raw(feed, pack), this::exists);
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
