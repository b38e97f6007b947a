package io.sluice.handler.encode;

import io.sluice.core.work.BatchFile;
import io.sluice.handler.reject.RejectLog;

/**
 * What reading one file of a batch needs.
 *
 * @param rejects what could not be encoded
 */
public record FileContext(BatchContext batch, BatchFile file, RejectLog rejects) {}
